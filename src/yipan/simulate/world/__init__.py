"""What is physically there, who wants it, and chance. Nothing here knows the systems."""
