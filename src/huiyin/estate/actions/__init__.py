"""Writes of the estate: places, people and their roles in time, telephones, numbers."""

from huiyin.estate.actions.numbers import next_number, next_numbers
from huiyin.estate.actions.people import (
    UnableToAddPerson,
    UnableToEditPerson,
    UnableToEndRole,
    UnableToGiveRole,
    add_person,
    edit_person,
    end_occupancy,
    give_role,
)
from huiyin.estate.actions.phones import (
    UnableToAddPhone,
    UnableToAddVehicle,
    UnableToSetPhoneState,
    add_phone,
    add_vehicle,
    remove_phone,
    remove_vehicle,
    set_phone_state,
)
from huiyin.estate.actions.places import (
    UnableToEditHouse,
    UnableToMakePlace,
    create_building,
    create_community,
    create_house,
    edit_house,
)

__all__ = [
    "UnableToAddPerson",
    "UnableToAddPhone",
    "UnableToAddVehicle",
    "UnableToEditHouse",
    "UnableToEditPerson",
    "UnableToEndRole",
    "UnableToGiveRole",
    "UnableToMakePlace",
    "UnableToSetPhoneState",
    "add_person",
    "add_phone",
    "add_vehicle",
    "create_building",
    "create_community",
    "create_house",
    "edit_house",
    "edit_person",
    "end_occupancy",
    "give_role",
    "next_number",
    "next_numbers",
    "remove_phone",
    "remove_vehicle",
    "set_phone_state",
]
