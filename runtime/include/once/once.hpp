// All that a program with generated stubs and servants includes. Coroutine servants come with their generated
// header.
#pragma once

#include <once/base/error.hpp>
#include <once/base/time.hpp>
#include <once/codec/codec.hpp>
#include <once/rpc/activation.hpp>
#include <once/rpc/channel.hpp>
#include <once/rpc/client.hpp>
#include <once/rpc/environment.hpp>
#include <once/rpc/fault_injector.hpp>
#include <once/rpc/limits.hpp>
#include <once/rpc/loops.hpp>
#include <once/rpc/network.hpp>
#include <once/rpc/object_ref.hpp>
#include <once/rpc/outcome.hpp>
#include <once/rpc/recycle.hpp>
#include <once/rpc/ref.hpp>
#include <once/rpc/servant.hpp>
#include <once/rpc/server.hpp>
#include <once/rpc/trace.hpp>
#include <once/trace/file.hpp>
