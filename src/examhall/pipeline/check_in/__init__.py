"""The camera check before an exam, as steps that are shown facts and told the time; nothing here waits."""
