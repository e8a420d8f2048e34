#include "tests/policy/charter/checking.h"

namespace keyturn::testing {
namespace {

TEST_CASE("a charter says who may delegate to whom, and for how long [I4]") {
  const auto charter = check_accepted(and_also(
      "delegation of office:release-authority, person:gupta to institution:mod|court for 3d\n"));
  REQUIRE(charter->delegations.size() == 1);
  const DelegationTerms& terms = charter->delegations.front();
  CHECK(terms.of.size() == 2);
  CHECK(terms.to.size() == 1);
  CHECK(terms.most == Duration{3 * 86400});
}

TEST_CASE("a delegation that nobody could use, or without an end, is refused [I4]") {
  check_refused(and_also("delegation §of office:fleet-commander to institution:mod for 3d\n"),
                "nobody could use this");  // no rule lets them approve
  check_refused(and_also("delegation §of person:farouk to institution:court for 3d\n"),
                "nobody could use this");  // another institution
  check_refused(and_also("delegation §of person:castell to person:brandt for 3d\n"),
                "nobody could use this");  // his own superior
  check_refused(and_also("delegation §of office:release-authority to institution:mod for 32d\n"),
                "at most 31 days");
  check_refused(and_also("delegation §of office:release-authority to institution:mod for 0s\n"),
                "runs for a time");
}

TEST_CASE("a delegation is read whole, and its names are declared [C11]") {
  check_refused(and_also("delegation §office:release-authority to institution:mod for 3d\n"),
                "expected `of`");
  check_refused(and_also("delegation of office:release-authority §for 3d\n"), "expected `to`");
  check_refused(and_also("delegation of office:§release-autority to institution:mod for 3d\n"),
                "`release-autority` is not declared as an office");
  check_refused(and_also("delegation of person:§planner-7 to institution:mod for 3d\n"),
                "only persons approve [Q3]");
}

}  // namespace
}  // namespace keyturn::testing
