"""The only place that knows concrete classes: settings in, a running house out."""
