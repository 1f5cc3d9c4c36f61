"""Whether phones keep up: for their users, and for the desks above them."""
