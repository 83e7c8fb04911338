"""Where the program is known to do something else than the documentation says. The model follows the program there, so that the rest
is still compared; False once it is put right, and the branch that asks goes."""

# Sales people may change a person who is nobody's and whom they made, but not what others logged or noted about that person
# (docs/RIGHTS.md: they may change it "where they may change what it is about").
NOBODYS_PERSON_IS_NOT_FOLLOWED = True

# Sales people may change whom they made also while that person works for organisations of colleagues alone
# (docs/RIGHTS.md: "nobody's only if they created it").
MAKERS_CHANGE_PEOPLE = True

# A link that was ended, revived by an undo, and ended again by taking that undo back ends today, not on the day it had ended
# (docs/API.md: what a command changed becomes again what it was).
ENDED_AGAIN_ENDS_TODAY = True

# The same creation again, after something of the record was erased, is answered with the record as it is, later changes included
# (docs/API.md: the first answer again, without what was forgotten).
ERASED_IS_ANSWERED_AS_IT_IS = True

# A mandat whose date of signature is still to come cannot be terminated today once it is signed: 422 at /date_fin
# (docs/DOMAIN.md: "one that is called off before it began may end today all the same").
NOTHING_ENDS_BEFORE_ITS_SIGNATURE = True
