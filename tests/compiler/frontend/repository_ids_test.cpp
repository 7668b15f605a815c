// Prefixes, versions and ids.
#include <string>

#include <gtest/gtest.h>

#include "compile.hpp"

namespace oncec {
namespace {

std::string id(const Compiled& compiled, std::string_view name) {
  return find(compiled, name)->repository_id;
}

// The example of CORBA 3.3, part 1, 14.7.5.4.
TEST(RepositoryId, FollowsPragmas) {
  const Compiled c = compile_right(
      "module M1 {\n typedef long T1;\n typedef long T2;\n"
      "#pragma ID T2 \"DCE:d62207a2-011e-11ce-88b4-0800090b5d3e:3\"\n};\n"
      "#pragma prefix \"P1\"\nmodule M2 {\n module M3 {\n#pragma prefix \"P2\"\n  typedef long T3;\n };\n"
      " typedef long T4;\n#pragma version T4 2.4\n};\n");
  EXPECT_EQ(id(c, "M1::T1"), "IDL:M1/T1:1.0");
  EXPECT_EQ(id(c, "M1::T2"), "DCE:d62207a2-011e-11ce-88b4-0800090b5d3e:3");
  EXPECT_EQ(id(c, "M2::M3::T3"), "IDL:P2/M2/M3/T3:1.0");
  EXPECT_EQ(id(c, "M2::T4"), "IDL:P1/M2/T4:2.4");
}

TEST(RepositoryId, LosesAnEmptyPrefix) {
  const Compiled c = compile_right(
      "#pragma prefix \"P\"\ntypedef long A;\ninterface I {\n#pragma prefix \"Q\"\n struct S { long a; "
      "};\n};\n"
      "#pragma prefix \"\"\ntypedef long B;\n");
  EXPECT_EQ(id(c, "A"), "IDL:P/A:1.0");
  EXPECT_EQ(id(c, "I"), "IDL:P/I:1.0");
  EXPECT_EQ(id(c, "I::S"), "IDL:Q/I/S:1.0");
  EXPECT_EQ(id(c, "B"), "IDL:B:1.0");
}

TEST(RepositoryId, FollowsTypePrefixAndTypeId) {
  const Compiled c = compile_right(
      "module M { interface I {}; module N { struct S { long a; }; }; typeprefix N \"inner.org\"; };"
      "typeprefix M \"omg\" \".org\"; typeid M::I \"LOCAL:mine\";");
  EXPECT_EQ(id(c, "M"), "IDL:omg.org/M:1.0");
  EXPECT_EQ(id(c, "M::I"), "LOCAL:mine");
  EXPECT_EQ(id(c, "M::N::S"), "IDL:inner.org/M/N/S:1.0");
}

TEST(RepositoryId, EndsAPrefixWithItsFile) {
  model::Model model;
  model.files.push_back(
      std::make_unique<SourceFile>("inner.idl", "#pragma prefix \"inner.org\"\ninterface Inner {};\n"));
  model.files.push_back(
      std::make_unique<SourceFile>("main.idl", "#pragma prefix \"main.org\"\ninterface Main : Inner {};\n"));
  const SourceFile& inner = *model.files[0];
  const SourceFile& main = *model.files[1];
  const std::size_t line = main.text().find('\n') + 1;
  SourceText text;
  text.append(main.text().substr(0, line), main, 0, false);
  text.append(inner.text(), inner, 0, true);
  text.append(main.text().substr(line), main, static_cast<std::uint32_t>(line), false);
  Diagnostics diagnostics;
  frontend::read_omg_idl(text, model, diagnostics);
  ASSERT_EQ(diagnostics.all().size(), 0U);
  ASSERT_EQ(model.top_level.size(), 2U);
  EXPECT_EQ(model.top_level[0]->repository_id, "IDL:inner.org/Inner:1.0");
  EXPECT_TRUE(model.top_level[0]->imported);
  EXPECT_EQ(model.top_level[1]->repository_id, "IDL:main.org/Main:1.0");
  EXPECT_FALSE(model.top_level[1]->imported);
}

TEST(Imported, IsAModuleThatIsOpenedInIncludedFilesOnly) {
  model::Model model;
  model.files.push_back(std::make_unique<SourceFile>(
      "inner.idl", "module A { typedef long T; interface F; };\nmodule B { typedef long T; };\n"));
  model.files.push_back(std::make_unique<SourceFile>("main.idl", "module B { typedef A::T U; };\n"));
  SourceText text;
  text.append(model.files[0]->text(), *model.files[0], 0, true);
  text.append(model.files[1]->text(), *model.files[1], 0, false);
  Diagnostics diagnostics;
  frontend::read_omg_idl(text, model, diagnostics);
  ASSERT_EQ(diagnostics.all().size(), 0U);
  EXPECT_TRUE(model.top_level[0]->imported);
  EXPECT_FALSE(model.top_level[1]->imported);
  const auto& members = std::get<model::Module>(model.top_level[1]->body).members;
  EXPECT_TRUE(members[0]->imported);
  EXPECT_FALSE(members[1]->imported);
}

}  // namespace
}  // namespace oncec
