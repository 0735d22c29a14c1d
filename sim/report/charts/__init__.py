"""Pictures of what a study found; each says inside itself that it rests on assumptions, while it does."""
