// SPDX-License-Identifier: BSL-1.0
// Every field of the inputs with its unit and range, every kind of block with its fields, and every
// figure of a result: by the lists that the library itself checks and prints by.
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "shardline/shardline.hpp"

using namespace shardline;

namespace {

void print_fields(std::string_view noun) {
  for (std::size_t i = 0; i < field_count; ++i) {
    const field_range& r = range_of(static_cast<field>(i));
    if (!r.name.starts_with(noun)) continue;
    const std::string unit(name(r.unit));
    std::printf("%-52s %-10s %s\n", std::string(r.name).c_str(), unit.c_str(),
                std::string(allowed_in(r).view()).c_str());
  }
}

// Hears the fields of a kind by their names.
struct named_fields {
  std::string& names;
  template <class... Rest>
  void operator()(const char* name, const Rest&...) const {
    names += std::string(" .") + name;
  }
};

template <class Kinds, std::size_t... I>
void print_kinds(std::index_sequence<I...>) {
  const auto print = []<class Kind>(const Kind&) {
    std::string names;
    Kind::fields(named_fields{names});
    std::printf("%s:%s\n", std::string(Kind::kind_name).c_str(), names.c_str());
  };
  (print(std::variant_alternative_t<I, Kinds>{}), ...);
}

template <class Result>
void print_parts(const char* title) {
  std::printf("%s:", title);
  for_each_part(Result{}, [](std::string_view part, const auto&) {
    std::printf(" %s", std::string(part).c_str());
  });
  std::printf("\n");
}

}  // namespace

int main() {
  for (const char* noun : {"workload.", "accelerator.", "model."}) print_fields(noun);
  std::printf("\nattention\n");
  print_kinds<attention_kind>(std::make_index_sequence<std::variant_size_v<attention_kind>>{});
  std::printf("\nfeed-forward\n");
  print_kinds<feed_forward_kind>(
      std::make_index_sequence<std::variant_size_v<feed_forward_kind>>{});
  std::printf("\nresults\n");
  print_parts<basic_estimate<>>("estimate");
  print_parts<basic_memory<>>("memory");
  print_parts<basic_serving<>>("serving");
}
