"""Live picture and sound, by provider."""
