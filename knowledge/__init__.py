"""What is known: devices, blocks, preferred values, decks, and the index over them."""
