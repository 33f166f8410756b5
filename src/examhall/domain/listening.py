"""Whether an exam listens to its candidates at all."""

from examhall.domain.policy import Policy, Signal


def listens(policy: Policy) -> bool:
    """Sound is taken only where the policy looks for speech; otherwise none leaves the candidate's page."""
    rule = policy.signals.get(Signal.SPEECH)
    return rule is not None and rule.enabled and policy.scan.speech
