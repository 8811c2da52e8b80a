"""Imports what is not installed."""
import torch_of_tomorrow


def process(payload):
    return torch_of_tomorrow.run(payload)
