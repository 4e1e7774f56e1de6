"""
A demo shop (示范商城): a channel of its own, server-rendered and mobile first.

It asks the pool what may be sold and gives its orders to order management, as any channel would;
it keeps nothing but a basket in the shopper's session.
"""
