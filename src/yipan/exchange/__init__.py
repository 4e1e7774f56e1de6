"""The message log: outbox, inbox, watermarks, delivery, parking."""
