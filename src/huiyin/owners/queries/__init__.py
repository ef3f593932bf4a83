"""Every read for owners, narrowed by their households, returned as plain rows."""

from huiyin.owners.queries.homes import households, kinds_offered
from huiyin.owners.queries.mine import my_matter, my_matters, photo
from huiyin.owners.queries.personal import kept
from huiyin.owners.queries.verifying import verification, verifications
from huiyin.owners.rows import (
    Candidate,
    Household,
    KeptData,
    KeptPerson,
    KeptPhone,
    KeptRole,
    KindChoice,
    MyMatterRow,
    MyMatterView,
    OwnPromise,
    OwnStep,
    VerificationRow,
)

__all__ = [
    "Candidate",
    "Household",
    "KeptData",
    "KeptPerson",
    "KeptPhone",
    "KeptRole",
    "KindChoice",
    "MyMatterRow",
    "MyMatterView",
    "OwnPromise",
    "OwnStep",
    "VerificationRow",
    "households",
    "kept",
    "kinds_offered",
    "my_matter",
    "my_matters",
    "photo",
    "verification",
    "verifications",
]
