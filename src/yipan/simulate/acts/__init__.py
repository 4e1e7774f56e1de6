"""What people do in a day: to the goods first, and then, rightly or wrongly, to the systems."""
