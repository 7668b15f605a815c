// An operator new that counts, for the program that it is linked into.
#pragma once

/// How often `new` has been called so far. Any thread.
long allocations();
