"""What an event log tells; knows no engine."""
