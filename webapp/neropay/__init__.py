"""The signed client of the NeroPay v2 API: all that the product knows of NeroPay's wire.

It knows nothing of ours: no Flask, no database, no settings. The rules are those of NeroPay's
documentation where there is one, and our own, said at each place, where there is none.
"""

from webapp.neropay.api import AccountApi, CategoriesApi, CustomersApi
from webapp.neropay.client import NeroPay
from webapp.neropay.errors import (
    UNANSWERED,
    BadResponse,
    IdempotencyConflict,
    Invalid,
    Misconfigured,
    NeroPayError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from webapp.neropay.models import Account, Category, Customer, Health, Page
from webapp.neropay.parsing import category_from, customer_from
from webapp.neropay.signing import encode_body

__all__ = [
    "UNANSWERED",
    "Account",
    "AccountApi",
    "BadResponse",
    "CategoriesApi",
    "Category",
    "Customer",
    "CustomersApi",
    "Health",
    "IdempotencyConflict",
    "Invalid",
    "Misconfigured",
    "NeroPay",
    "NeroPayError",
    "NotFound",
    "OutcomeUnknown",
    "Page",
    "RateLimited",
    "Refused",
    "Unavailable",
    "category_from",
    "customer_from",
    "encode_body",
]
