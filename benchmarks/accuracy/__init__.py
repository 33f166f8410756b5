"""`make accuracy`: how often what the product sees is right, measured on labelled pictures and clips."""
