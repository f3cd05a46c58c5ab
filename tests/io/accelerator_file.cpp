// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/accelerator_file.hpp"

#include <doctest/doctest.h>

#include "contains.hpp"

#include <string>
#include <string_view>

using namespace shardline;
using namespace shardline::literals;

namespace {

// The same accelerator as a file that names each figure.
std::string file_of(const accelerator& a) {
  std::string text = R"({"name": ")" + std::string(a.name.view()) + R"(", "vendor": "nvidia")";
  for (const auto& [name, of_name] : architecture_names) {
    if (of_name == a.architecture) text += R"(, "architecture": ")" + std::string(name) + "\"";
  }
  std::string inside;
  for (const accelerator_figure& f : accelerator_figures) {
    const std::size_t dot = f.name.find('.');
    const std::string_view object = dot == std::string_view::npos ? "" : f.name.substr(0, dot);
    if (!inside.empty() && inside != object) text += "}";
    text += ", ";
    if (!object.empty() && inside != object) text += "\"" + std::string(object) + "\": {";
    if (text.ends_with("{, ")) text.erase(text.size() - 2);
    inside = object;
    const std::string_view key = dot == std::string_view::npos ? f.name : f.name.substr(dot + 1);
    text += "\"" + std::string(key) + "\": " + in_full(f.of_accelerator(a));
  }
  return text + (inside.empty() ? "}" : "}}");
}

}  // namespace

TEST_CASE("a file that names every figure of an accelerator is that accelerator") {
  for (const accelerator* a : {&catalog::h100_sxm, &catalog::l40s, &catalog::rtx_5090}) {
    const accelerator_result read = read_accelerator(file_of(*a));
    CHECK(read.error == "");
    for (const accelerator_figure& f : accelerator_figures) {
      CAPTURE(f.name);
      CHECK(f.of_accelerator(read.of) == f.of_accelerator(*a));
    }
    CHECK(read.of.name == a->name);
    CHECK(read.of.vendor == a->vendor);
    CHECK(read.of.architecture == a->architecture);
    CHECK(read.of.architecture != architecture::unknown);
  }
}

TEST_CASE("a file may say what differs from a catalog's accelerator") {
  const auto read = read_accelerator(
      R"({"name": "mine", "like": "h100-sxm", "memory": 8e10, "peak": {"fp8": 1e15}, "mesh": true})");
  CHECK(read.error == "");
  CHECK(read.of.name == "mine");
  CHECK(read.of.memory.value() == 8e10);
  CHECK(read.of.peak.fp8.value() == 1e15);
  CHECK(read.of.peak.bf16 == catalog::h100_sxm.peak.bf16);
  CHECK(read.of.mesh);
  CHECK(read.of.vendor == vendor::nvidia);
  CHECK(read.of.architecture == architecture::hopper);
}

TEST_CASE("what is not known, missing or out of range is refused by its path") {
  const auto fault = [](std::string_view text) { return read_accelerator(text).error; };
  CHECK(contains(fault(R"({"name": "x", "like": "h100-smx"})"),
                 R"($.like: "h100-smx" (did you mean h100-sxm?); allowed)"));
  CHECK(
      contains(fault(R"({"like": "h100-sxm", "memory": -1})"), "$.memory: -1; allowed: a number"));
  CHECK(contains(fault(R"({"like": "h100-sxm", "peak": {"fp9": 1}})"),
                 "$.peak.fp9 (did you mean peak.fp8?): not known"));
  CHECK(
      contains(fault(R"({"like": "h100-sxm", "domain": 2.5})"), "$.domain: 2.5; allowed: a whole"));
  CHECK(contains(fault(R"({"like": "h100-sxm", "domain": "two"})"), R"($.domain: "two"; allowed)"));
  CHECK(contains(fault(R"({"like": "h100-sxm", "vendor": "acme"})"), "$.vendor: acme; allowed"));
  CHECK(contains(fault(R"({"like": "h100-sxm", "architecture": "volta"})"),
                 "$.architecture: volta; allowed: unknown, ampere, ada, hopper, blackwell, "));
  CHECK(contains(fault(R"({"like": "h100-sxm", "vendor": "Nvidia"})"),
                 "$.vendor: Nvidia (did you mean nvidia?); allowed: unknown, nvidia"));
  CHECK(contains(fault(R"({"like": "zzz"})"), R"($.like: "zzz"; allowed: a100-sxm-40, a100-sxm,)"));
  CHECK(contains(fault(R"({"like": "h100-sxm", "memory": 1e400})"), "$.memory: 1e400; allowed: "));
  CHECK(contains(fault(R"({"name": "x", "memory": 1e9, "memory_rate": 1e9})"), "$.peak: missing"));
  CHECK(contains(fault(R"({"name": "x", "peak": {"bf16": 1e14}})"), "$.memory: missing"));
  CHECK(contains(fault(R"({"peak": {"bf16": 1e14}, "memory": 1e9})"), "$.name: missing"));
  CHECK(contains(fault("[]"), "$: []; allowed: an object"));
  CHECK(contains(fault(R"({"like": "h100-sxm", "memory": 1, "memory": 2})"), "given twice"));
}

TEST_CASE("what no accelerator is below was meant in another unit") {
  const auto fault = [](std::string_view text) { return read_accelerator(text).error; };
  CHECK(fault(R"({"like": "h100-sxm", "name": "x", "memory": 80})") ==
        "$.memory: 80; allowed: a number from 100000000 to 1e+15 [bytes]");
  CHECK(fault(R"({"like": "h100-sxm", "name": "x", "peak": {"bf16": 989}})") ==
        "$.peak.bf16: 989; allowed: a number from 1000000000 to 1e+21, or 0 [FLOP/s]");
  CHECK(fault(R"({"like": "h100-sxm", "name": "x", "peak": {"fp8": 0}})") == "");
  for (const accelerator& a : catalog::accelerators) {
    CAPTURE(a.name.view());
    for (const accelerator_figure& f : accelerator_figures) {
      CAPTURE(f.name);
      CHECK(f.allows(f.of_accelerator(a)));
    }
  }
}

TEST_CASE("one figure at a time") {
  accelerator a = catalog::h100_sxm;
  CHECK(set_figure(a, "scale_up.rate", 1e11).empty());
  CHECK(a.scale_up.rate == 100_GBps);
  CHECK(contains(set_figure(a, "scaleup.rate", 1e11), "did you mean scale_up.rate?"));
}
