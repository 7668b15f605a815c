// Where most tests of the client begin.
#pragma once

#include <gtest/gtest.h>

#include "client_desk.hpp"

namespace once::core::testing {

/// A client with a session, whose first call was sent.
class SentCall : public ::testing::Test {
 protected:
  SentCall() {
    desk.connect();
    call = desk.start();
    desk.welcome();
    request = desk.only(MessageType::Request);
  }
  ClientDesk desk;
  CallKey call = 0;
  SessionMessage request;
};

}  // namespace once::core::testing
