"""From a utility's export to event logs, and from event logs to scenarios. `sim` never imports it."""
