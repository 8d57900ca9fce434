"""Parts a node can play with the population register: its holder, or a reader of it."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.exchange.events import LetterRefused
from lienthong.sources.population import inbox, letters, subscribers
from lienthong.sources.population.adapters.local import LocalBirthDesk, LocalRegister
from lienthong.sources.population.adapters.remote import RemoteBirthDesk, RemoteRegister
from lienthong.sources.population.ports import BirthDesk, PersonRegister
from lienthong.sources.population.purposes import LOOKUP_SERVICE, MY_LOOKS_SERVICE

ROLES: tuple[Role, ...] = (
    Role(
        name="population.holder",
        title=tr("Quản lý cơ sở dữ liệu quốc gia về dân cư", "Holder of the national population database"),
        needs=("exchange.member", "identity.accounts"),
        excludes=("population.reader",),
        urls=(("dan-cu/", "lienthong.sources.population.urls"),),
        inbox=((letters.BirthRegistered, inbox.on_birth_registered),),
        questions=(
            (LOOKUP_SERVICE, inbox.answer_person_lookup),
            (MY_LOOKS_SERVICE, inbox.answer_my_looks),
        ),
        ports=((PersonRegister, LocalRegister), (BirthDesk, LocalBirthDesk)),
        menu=(("/dan-cu/", tr("Tra cứu dân cư", "Population search"), ("handling",)),),
    ),
    Role(
        name="population.reader",
        title=tr("Khai thác cơ sở dữ liệu quốc gia về dân cư", "Reader of the national population database"),
        needs=("exchange.member",),
        excludes=("population.holder",),
        listeners=((LetterRefused, subscribers.on_letter_refused),),
        inbox=(
            (letters.PersonalNumberIssued, inbox.on_number_issued),
            (letters.BirthRefused, inbox.on_birth_refused),
        ),
        ports=((PersonRegister, RemoteRegister), (BirthDesk, RemoteBirthDesk)),
    ),
)
