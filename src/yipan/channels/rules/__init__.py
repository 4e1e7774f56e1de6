"""Pure decisions of the channels. No code here."""
