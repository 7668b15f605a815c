// What the harness calls a violation, each shown on a history that is wrong in one way.
#include "history.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "plan.hpp"

namespace crash {
namespace {

using demo::Point;

/// The first number whose transfer is none of a kind that ends in another way.
constexpr std::uint32_t kPlain = 1;
constexpr std::uint32_t kStumbles = 7;
constexpr std::uint32_t kImpatient = 3;
constexpr once::RequestId kCall{42, 1};

/// A call that was rolled back by a kill, ran again in the second life, and was answered.
History right() {
  History history;
  history.lives.resize(2);
  history.lives[0].steps[kCall] = Point::Written;
  history.lives[1].steps[kCall] = Point::Answered;
  history.ended = {{kPlain, How::Value, 1, 900}};
  history.executions = {{0, kCall, kPlain}, {1, kCall, kPlain}};
  history.book = {{1, kPlain, 900, kCall, 1}};
  const Transfer transfer = transfer_of(kPlain);
  history.balances.assign(kAccounts, kFirstBalance);
  history.balances[transfer.from] -= transfer.cents;
  history.balances[transfer.to] += transfer.cents;
  return history;
}

std::string violations_of(const History& history) {
  std::string all;
  for (const std::string& violation : judge(history).violations) all += violation + '\n';
  return all;
}

TEST(History, IsRightWhenARolledBackCallRanAgain) {
  const Report report = judge(right());
  EXPECT_EQ(violations_of(right()), "");
  EXPECT_EQ(report.kills.all(), 1u);
  EXPECT_EQ(report.kills.before_commit, 1u);
  EXPECT_EQ(report.executions, 2u);
  EXPECT_EQ(report.re_executions, 1u);
  EXPECT_EQ(report.from_kept, 0u);
}

struct Wrong {
  const char* violation;
  std::function<void(History&)> change;
};

TEST(History, IsWrongInEachOfTheseWays) {
  const Wrong wrongs[] = {
      {"answered, and not in the book", [](History& history) { history.book.clear(); }},
      {"answered with row 2, and it is row 1", [](History& history) { history.ended[0].row = 2; }},
      {"answered with row 1, and it is row 1", [](History& history) { history.ended[0].balance = 0; }},
      {"2 times in the book",
       [](History& history) {
         history.book.push_back({2, kPlain, 800, {42, 2}, 1});
       }},
      {"two rows for one call",
       [](History& history) {
         history.book.push_back({2, kPlain, 800, kCall, 1});
       }},
      {"ended twice", [](History& history) { history.ended.push_back(history.ended[0]); }},
      {"ended in two ways",
       [](History& history) {
         history.client_kills.called = 1;
         history.ended.push_back({kPlain, How::NotExecuted, 0, 0});
       }},
      {"its call never ended", [](History& history) { history.ended.clear(); }},
      {"never resolved", [](History& history) { history.ended[0].how = How::Unknown; }},
      {"told that it is not", [](History& history) { history.ended[0].how = How::NotExecuted; }},
      {"told that it is not", [](History& history) { history.ended[0].how = How::Raised; }},
      {"failed without a reason", [](History& history) { history.ended[0].how = How::Failed; }},
      {"though its servant failed", [](History& history) { history.book[0].number = kStumbles; }},
      {"no servant ran", [](History& history) { history.executions.pop_back(); }},
      {"ran twice in one life", [](History& history) { history.executions[0].life = 1; }},
      {"ran again, though it was kept",
       [](History& history) { history.lives[0].steps[kCall] = Point::Committed; }},
      {"ran again, though it was kept", [](History& history) { history.book[0].life = 0; }},
      {"ran again, though it was kept", [](History& history) { history.lives[0].kept.insert(kCall); }},
      {"ran again, though it was kept",
       [](History& history) {  // under another number
         history.executions[1].id = history.book[0].id = {42, 2};
         history.lives[0].kept.insert(kCall);
       }},
      {"in the book without its outcome", [](History& history) { history.book[0].life = 0; }},
      {"balances do not follow", [](History& history) { ++history.balances[0]; }},
  };
  for (const Wrong& wrong : wrongs) {
    History history = right();
    wrong.change(history);
    EXPECT_NE(violations_of(history).find(wrong.violation), std::string::npos)
        << wrong.violation << " is not among:\n"
        << violations_of(history);
  }
}

TEST(History, LetsAKilledClientBeToldAgain) {
  History history = right();
  history.client_kills.called = 1;
  history.ended.push_back(history.ended[0]);
  EXPECT_EQ(violations_of(history), "");
  EXPECT_EQ(judge(history).calls, 1u);
  EXPECT_EQ(judge(history).told_again, 1u);
}

TEST(History, LetsAKilledClientMakeARefusedCallAgain) {
  History history = right();
  history.client_kills.ended = 1;
  history.ended.insert(history.ended.begin(), {kPlain, How::NotExecuted, 0, 0});
  EXPECT_EQ(violations_of(history), "");
  EXPECT_EQ(judge(history).values, 1u);
}

TEST(History, LetsImpatientClientsGiveUp) {
  History history = right();
  history.ended = {{kImpatient, How::Unknown, 0, 0}};
  history.executions.clear();
  history.book.clear();
  history.balances.assign(kAccounts, kFirstBalance);
  EXPECT_EQ(violations_of(history), "");
  EXPECT_EQ(judge(history).unknown, 1u);
  history.client_kills.called = 1;  // but with a key they call again
  EXPECT_NE(violations_of(history).find("never resolved"), std::string::npos);
}

/// The kill came after the commit, and before the server could say so: the disk knows.
TEST(History, PlacesAKillByWhatIsOnDisk) {
  History history = right();
  history.executions.pop_back();
  history.book[0].life = 0;
  history.lives[0].kept.insert(kCall);
  history.lives[1].steps.clear();
  const Report report = judge(history);
  EXPECT_EQ(violations_of(history), "");
  EXPECT_EQ(report.kills.before_reply, 1u);
  EXPECT_EQ(report.from_kept, 1u);
}

/// A transaction that is open, or has just been committed, counts for more than what arrived or was answered last.
TEST(Kills, ArePlacedByAllCallsOfALife) {
  const auto place = [](const std::vector<Point>& points, bool kept) {
    demo::Steps steps;
    for (const Point point : points) steps[{42, steps.size() + 1}] = point;
    demo::Kills kills;
    kills.count(steps, [kept](once::RequestId) { return kept; });
    EXPECT_EQ(kills.all(), 1u);
    return kills.before_begin != 0    ? "before begin"
           : kills.before_commit != 0 ? "before commit"
           : kills.before_reply != 0  ? "before reply"
                                      : "after reply";
  };
  EXPECT_STREQ(place({}, false), "after reply");
  EXPECT_STREQ(place({Point::Answered}, false), "after reply");
  EXPECT_STREQ(place({Point::Answered, Point::Arrived}, false), "before begin");
  EXPECT_STREQ(place({Point::Begun, Point::Arrived}, false), "before commit");
  EXPECT_STREQ(place({Point::Written, Point::Begun, Point::Arrived}, false), "before commit");
  EXPECT_STREQ(place({Point::Written, Point::Arrived}, true), "before reply");
  EXPECT_STREQ(place({Point::Committed, Point::Arrived}, false), "before reply");
  EXPECT_STREQ(place({Point::Answered, Point::Written}, true), "before reply");
}

TEST(Ended, IsReadAsItIsWritten) {
  const auto read = parse_ended(to_string(Ended{17, How::NotExecuted, -3, 4}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->number, 17u);
  EXPECT_EQ(read->how, How::NotExecuted);
  EXPECT_EQ(read->row, -3);
  EXPECT_EQ(read->balance, 4);
  EXPECT_FALSE(parse_ended("value"));
  EXPECT_FALSE(parse_ended("perhaps 1 2 3"));
  EXPECT_EQ(parse_deed("called 17"), Deed::Called);
  EXPECT_EQ(parse_deed("forgot 17"), Deed::Forgot);
  EXPECT_EQ(parse_deed("raised 17 0 0"), Deed::Ended);
  EXPECT_FALSE(parse_deed("perhaps 1 2 3"));
}

TEST(ProxyCounts, AreReadAsTheyAreWritten) {
  const ProxyCounts counts{{"lost", 3}, {"through", 17}};
  EXPECT_EQ(parse_counts(to_string(counts)), counts);
  EXPECT_FALSE(parse_counts("lost 3 through"));
  EXPECT_FALSE(parse_counts(""));
}

}  // namespace
}  // namespace crash
