"""The two sockets: the candidate's page and the wall."""
