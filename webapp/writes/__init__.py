"""The journal of intended writes: intent, send, settle, recover. It knows no feature."""
