"""Whether https can be served with what the settings name; said before anything else is built."""

import ssl

from examhall.settings import Settings


def certificate_problem(settings: Settings) -> str | None:
    """What is wrong with the certificate and its key, and what to do; None where all is well or none is wanted."""
    cert, key = settings.tls_cert, settings.tls_key
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        return "give both the certificate and its key: --tls-cert and --tls-key"
    missing = [str(path) for path in (cert, key) if not path.is_file()]
    if missing:
        return f"there is no file {', '.join(missing)}"
    try:
        # A key with a password would ask for it at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password="")
    except OSError:
        return (
            f"{cert} and {key} cannot be used: give a PEM certificate chain and the PEM private key that belongs "
            "to it, without a password, readable by this user"
        )
    return None
