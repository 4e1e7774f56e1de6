"""The words of the lab: titles, sentences and names, in the reader's language."""
