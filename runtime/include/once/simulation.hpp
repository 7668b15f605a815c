// Services in a simulated world: servers and clients on hosts with a network, clocks and disks that fail, in virtual
// time, and the same again for the same seed (docs/simulation.md). Link Once::simulation.
#pragma once

#include <once/simulation/disk.hpp>
#include <once/simulation/faults.hpp>
#include <once/simulation/host.hpp>
#include <once/simulation/random.hpp>
#include <once/simulation/run.hpp>
#include <once/simulation/world.hpp>
