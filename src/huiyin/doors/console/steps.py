"""Pages where several small forms stand below each other, each one step of a procedure."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from django.contrib import messages
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import Forbidden, NotFound, Refused


class StepForm(DoorForm):
    """One step: its field names are the arguments of the action behind it."""

    action: ClassVar[Callable[..., object]]
    title: ClassVar[Promise]


Steps = Mapping[str, type[StepForm]]


def take_step(request: StaffRequest, steps: Steps, number: str) -> dict[str, StepForm]:
    """Do the step that was sent; return it under its name when it was refused, else nothing.

    Raises Http404 for an unknown step, NotFound and Forbidden as the action does.
    """
    name = request.POST.get("step", "")
    if name not in steps:
        raise Http404
    form = steps[name](request.POST, prefix=name)
    if form.is_valid():
        try:
            type(form).action(
                by=request.caller, at=request.moment, number=number, **form.cleaned_data
            )
        except (NotFound, Forbidden):
            raise
        except Refused as refusal:
            form.take_back(refusal)
        else:
            messages.success(request, _("已完成:%(verb)s。") % {"verb": steps[name].title})
            return {}
    return {name: form}


def offered(
    steps: Steps, names: list[str], refused: dict[str, StepForm]
) -> list[tuple[str, StepForm]]:
    """Return the forms of the steps that are offered now, the refused one as it was typed."""
    wanted = [*names, *(name for name in refused if name not in names)]
    return [(name, refused.get(name) or steps[name](prefix=name)) for name in wanted]
