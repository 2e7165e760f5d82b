"""The vendor's client. What Python warns of in its code is no error here, whatever PYTHONWARNINGS says."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from camunda.client.external_task_client import ExternalTaskClient

__all__ = ["ExternalTaskClient"]
