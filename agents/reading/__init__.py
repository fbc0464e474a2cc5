"""The built-in reader: a grammar, a lexicon and a weighing of which number belongs to which word."""
