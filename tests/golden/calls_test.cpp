// Stub to skeleton and back: results, exceptions, refusals, and what each is to the caller.
#include <gtest/gtest.h>

#include <once/codec/codec.hpp>

#include "shop.hpp"

namespace once::test {
namespace {

class Calls : public testing::TestWithParam<CodecId> {
 protected:
  Shop shop{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Codecs, Calls, testing::Values(CodecId::Cdr, CodecId::Xdr),
                         [](const auto& test) { return test.param == CodecId::Cdr ? "Cdr" : "Xdr"; });

TEST_P(Calls, ReturnOneResult) {
  EXPECT_EQ(shop.counter.weigh(), 2.5);
  EXPECT_EQ(*shop.counter.try_weigh(), 2.5);
  EXPECT_EQ(shop.counter.dump(3), (std::vector<std::uint8_t>{0x5a, 0x5a, 0x5a}));
}

TEST_P(Calls, ReturnAnOutParameterAlone) {
  EXPECT_EQ(shop.counter.single().size(), 2u);
}

TEST_P(Calls, ReturnSeveralResultsAsAStruct) {
  const shop::Shelf::FindResult found = shop.counter.find("milk");
  EXPECT_TRUE(found.result);
  EXPECT_EQ(found.where.row, 3);
  EXPECT_EQ(found.where.paint, shop::Shelf::Color::green);
  ASSERT_EQ(found.where.behind.size(), 1u);
  EXPECT_EQ(found.where.behind[0].row, 4);
  EXPECT_EQ(found.price, 99u);
}

TEST_P(Calls, TakeAndReturnInoutParameters) {
  EXPECT_EQ(shop.counter.move({10, {}, {}}, -4).row, 6);
  shop::Shelf::Place hint;
  hint.words("left");
  const shop::Shelf::SwapResult swapped = shop.counter.swap(1, 2, hint);
  EXPECT_EQ(swapped.result.words(), "left");
  EXPECT_EQ(swapped.left, 2u);
  EXPECT_EQ(swapped.right, 1u);
}

TEST_P(Calls, ReadAndWriteAttributes) {
  EXPECT_EQ(shop.counter.name(), "counter");
  shop.counter.name("till");
  EXPECT_EQ(shop.counter.name(), "till");
  EXPECT_EQ(*shop.counter.try_changes(), 1u);
  const Outcome<void> too_long = shop.counter.try_name(std::string(33, 'x'));
  EXPECT_EQ(too_long.kind(), OutcomeKind::NotSent);
}

TEST_P(Calls, PassReferences) {
  const shop::Watcher::Ref first{
      {"IDL:shop/Watcher:1.0", {{TransportKind::Udp, "127.0.0.1", 7000}}, std::string("a\0b", 3)}};
  const shop::Watcher::Ref second{
      {"", {{TransportKind::Tcp, "::1", 1}, {TransportKind::Udp, "host", 65535}}, ""}};
  shop.counter.watch(first, {second, shop::Watcher::Ref{}});
  EXPECT_EQ(shop.counter.get_watcher(0), second);
  EXPECT_TRUE(shop.counter.get_watcher(1).is_nil());
  EXPECT_EQ(shop.counter.get_watcher(2), first);
  EXPECT_TRUE(shop.counter.get_watcher(99).is_nil());
}

TEST_P(Calls, RaiseUserExceptionsByTheirType) {
  try {
    shop.counter.put({7, shop::Shelf::Color::red, {}}, "occupied");
    FAIL();
  } catch (const shop::Shelf::Occupied& occupied) {
    EXPECT_EQ(occupied.by.row, 7);
  }
  EXPECT_THROW(shop.counter.put({}, "refused"), shop::Refused);
}

TEST_P(Calls, RaiseUserExceptionsByTheirBase) {
  try {
    shop.counter.put({}, "refused");
    FAIL();
  } catch (const UserException& exception) {
    EXPECT_EQ(exception.repository_id(), "IDL:shop/Refused:1.0");
    EXPECT_STREQ(exception.what(), "IDL:shop/Refused:1.0");
  }
}

TEST_P(Calls, KeepUserExceptionsInTheOutcome) {
  const Outcome<void> outcome = shop.counter.try_put({}, "refused");
  EXPECT_FALSE(outcome);
  EXPECT_EQ(outcome.kind(), OutcomeKind::Executed);
  EXPECT_EQ(outcome.exception<shop::Shelf::Occupied>(), nullptr);
  const auto* const refused = outcome.exception<shop::Refused>();
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(*refused, (shop::Refused{"no", 7}));
}

TEST_P(Calls, HideWhatTheIdlDoesNotDeclare) {
  for (const char* const what : {"undeclared", "broken", "strange", "unsendable"}) {
    const Outcome<void> outcome = shop.counter.try_put({}, what);
    EXPECT_EQ(outcome.kind(), OutcomeKind::Executed) << what;
    EXPECT_EQ(outcome.code(), Errc::servant_failed) << what;
  }
  EXPECT_THROW(shop.counter.put({}, "broken"), SystemError);
}

TEST_P(Calls, EndAsCancelledIfTheServantGivesUp) {
  const Outcome<void> outcome = shop.counter.try_put({}, "cancelled");
  EXPECT_EQ(outcome.kind(), OutcomeKind::Executed);
  EXPECT_EQ(outcome.code(), Errc::cancelled);
}

TEST_P(Calls, AreNotSentIfAnArgumentBreaksItsBound) {
  const Outcome<void> outcome = shop.counter.try_put({}, std::string(21, 'x'));
  EXPECT_EQ(outcome.kind(), OutcomeKind::NotSent);
  EXPECT_EQ(outcome.code(), Errc::bad_argument);
  EXPECT_TRUE(outcome.may_call_again());
  EXPECT_EQ(outcome.text(), "put on " + to_string(shop.counter.ref()) +
                                ": an argument does not fit its IDL type: a bound or limit is exceeded");
  EXPECT_TRUE(shop.channel->seen.empty());
}

TEST_P(Calls, FailIfTheServantBreaksABound) {
  shop.servant->slots_ = 101;
  EXPECT_EQ(shop.counter.try_single().code(), Errc::servant_failed);
  shop.servant->slots_ = 100;
  EXPECT_EQ(shop.counter.single().size(), 100u);
}

TEST_P(Calls, AreRefusedIfTheArgumentsDoNotDecode) {
  shop.channel->tamper_with_call = [](OutgoingCall& call) {
    call.body = call.body.part(0, call.body.size() - 1);
  };
  const Outcome<void> truncated = shop.counter.try_put({}, "milk");
  EXPECT_EQ(truncated.kind(), OutcomeKind::NotExecuted);
  EXPECT_EQ(truncated.code(), Errc::bad_request);
  shop.channel->tamper_with_call = [](OutgoingCall& call) {
    Buffer longer;
    longer.append(call.body);
    longer.append(Bytes(4));
    call.body = std::move(longer).freeze();
  };
  EXPECT_EQ(shop.counter.try_put({}, "milk").code(), Errc::bad_request);
  EXPECT_TRUE(shop.servant->put_.empty());
}

TEST_P(Calls, SayThatTheyRanIfTheReplyDoesNotDecode) {
  shop.channel->tamper_with_outcome = [](RawOutcome& outcome) {
    outcome.body = outcome.body.part(0, outcome.body.size() - 1);
  };
  const Outcome<double> outcome = shop.counter.try_weigh();
  EXPECT_EQ(outcome.kind(), OutcomeKind::Executed);
  EXPECT_EQ(outcome.completion(), Completion::Yes);
  EXPECT_EQ(outcome.code(), Errc::bad_reply);
  EXPECT_EQ(outcome.text(), "weigh: the reply does not decode: the data ends too early");
}

TEST_P(Calls, SayThatTheyRanIfTheExceptionIsAnother) {
  shop.channel->tamper_with_call = [](OutgoingCall& call) { call.operation = nullptr; };
  shop.channel->tamper_with_call = nullptr;
  shop.channel->tamper_with_outcome = [](RawOutcome& outcome) { outcome.user_exception = true; };
  const Outcome<double> outcome = shop.counter.try_weigh();
  EXPECT_EQ(outcome.code(), Errc::bad_reply);
  EXPECT_EQ(outcome.exception(), nullptr);
}

TEST_P(Calls, CarryTheOperationAndTheOptions) {
  using namespace std::chrono_literals;
  const shop::Counter::Stub hasty = shop.counter.with({.deadline = 2s});
  (void)hasty.dump(1);
  ASSERT_EQ(shop.channel->seen.size(), 1u);
  const Operation& dump = *shop.channel->seen[0];
  EXPECT_EQ(dump.name, "dump");
  EXPECT_EQ(dump.interface_id, "IDL:shop/Counter:1.0");
  EXPECT_EQ(dump.id, 7u);
  EXPECT_EQ(dump.deadline_ms, 250u);
  EXPECT_EQ(dump.reply_max, 1000u);
  EXPECT_EQ(dump.orphan, OrphanPolicy::Cancel);
  EXPECT_EQ(dump.semantics, Semantics::AtMostOnce);
  EXPECT_EQ(shop.channel->last_options.deadline, 2s);
  (void)shop.counter.weigh();
  EXPECT_EQ(shop.channel->last_options.deadline, std::nullopt);
  EXPECT_EQ(shop.channel->seen[1]->semantics, Semantics::AtLeastOnce);
}

struct Listener final : shop::Watcher::Servant {
  void changed(Call&, const std::string& what, shop::Cents) override { heard.push_back(what); }
  void ping(Call&) override { throw std::runtime_error{"nobody hears this"}; }
  std::vector<std::string> heard;
};

TEST(MaybeCalls, EndAsSentWhateverTheServantDoes) {
  asio::io_context io;
  const auto listener = std::make_shared<Listener>();
  const auto channel = std::make_shared<Loopback>(io, listener);
  const shop::Watcher::Stub watcher{channel, ObjectRef{"", {}, "w"}};
  watcher.changed("price", 3);
  EXPECT_EQ(listener->heard, std::vector<std::string>{"price"});
  const Outcome<void> outcome = watcher.try_ping();
  EXPECT_TRUE(outcome);
  EXPECT_EQ(outcome.kind(), OutcomeKind::Sent);
  EXPECT_EQ(outcome.completion(), Completion::Maybe);
}

TEST(Skeletons, KnowTheirOperations) {
  ShopCounter servant;
  EXPECT_EQ(servant.find_operation(7)->name, "dump");
  EXPECT_EQ(servant.find_operation(12345), nullptr);
}

}  // namespace
}  // namespace once::test
