"""`make load`: what one machine holds, how long it holds it, and what it drops when it cannot."""
