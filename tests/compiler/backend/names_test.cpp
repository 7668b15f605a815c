#include "backend/cpp/names.hpp"

#include <gtest/gtest.h>

#include "backend/output.hpp"
#include "read.hpp"

namespace oncec::backend::cpp {
namespace {

TEST(Names, ThoseOfMacrosGetAnUnderscore) {
  for (const char* const name : {"SIGINT", "EPERM", "st_mtime", "SYS_open", "unix", "stdin"}) {
    EXPECT_EQ(identifier(name), std::string{name} + "_");
  }
  for (const char* const name : {"SIGNATURE", "ERROR", "st_size", "SYSTEM", "in"})
    EXPECT_EQ(identifier(name), name);
}

TEST(Names, AnArmThatIsNamedLikeItsUnionGetsAnUnderscore) {
  EXPECT_EQ(union_arm_name("answer", "answer"), "answer_");
  EXPECT_EQ(union_arm_name("answer", "question"), "answer");
}

TEST(Identifiers, PassThroughUnlessCppNeedsThem) {
  EXPECT_EQ(identifier("account"), "account");
  EXPECT_EQ(identifier("class"), "class_");
  EXPECT_EQ(identifier("co_await"), "co_await_");
  EXPECT_EQ(identifier("errno"), "errno_");
  EXPECT_EQ(identifier("Class"), "Class");
  EXPECT_EQ(parameter_name("call"), "call_");
  EXPECT_EQ(exception_member_name("what"), "what_");
}

TEST(Identifiers, BecomePascalCase) {
  EXPECT_EQ(pascal_case("get_all"), "GetAll");
  EXPECT_EQ(pascal_case("audit"), "Audit");
  EXPECT_EQ(pascal_case("readURL2"), "ReadURL2");
}

class Spelling : public testing::Test {
 protected:
  std::unique_ptr<model::Model> model = read(R"(
    struct Top { long a; };
    module bank {
      struct Top { long b; };
      module inner { struct Deep { long c; }; };
      interface Account { struct Slip { long d; }; };
      interface Savings : Account { void f(in Slip one); };
    };
  )");
  Names names{*model};
  std::string spell(const std::string& name, Scope from) { return names.spell(find(*model, name), from); }
};

TEST_F(Spelling, IsAsShortAsLookupAllows) {
  EXPECT_EQ(spell("bank::Top", {{"bank"}, {}}), "Top");
  EXPECT_EQ(spell("bank::inner::Deep", {{"bank"}, {}}), "inner::Deep");
  EXPECT_EQ(spell("bank::Top", {{"bank", "inner"}, {}}), "Top");
  EXPECT_EQ(spell("bank::Top", {{}, {}}), "bank::Top");
}

TEST_F(Spelling, GoesFromTheTopWhereANameIsHidden) {
  EXPECT_EQ(spell("Top", {{"bank"}, {}}), "::Top");
  EXPECT_EQ(spell("Top", {{"bank", "inner"}, {}}), "::Top");
  EXPECT_EQ(spell("bank::Top", {{"bank"}, {"Top"}}), "::bank::Top");
}

TEST_F(Spelling, FindsTypesInsideInterfaces) {
  EXPECT_EQ(spell("bank::Account::Slip", {{"bank"}, {}}), "Account::Slip");
  EXPECT_EQ(spell("bank::Account::Slip", {{"bank", "Account", "Stub"}, {}}), "Slip");
  EXPECT_EQ(spell("bank::Account::Slip", {{"bank", "Savings", "Stub"}, {}}), "Account::Slip");
}

}  // namespace
}  // namespace oncec::backend::cpp
