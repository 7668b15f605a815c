// Allocation functions that count, for the program that it is linked into.
#pragma once

/// How often `new`, or aligned_alloc, has been called so far. Any thread.
long allocations();
