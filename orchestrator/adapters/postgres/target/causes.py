"""Explain a failed statement. (placeholder)"""
def explained(failure, error, statement, reader):
    return failure
