"""The rule language: text to a typed tree, and three readings of it: value, solver form, sentence. Pure."""
