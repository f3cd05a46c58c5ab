// SPDX-License-Identifier: BSL-1.0
#include "spaces.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "reading.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::integer;
using list = std::pair<std::string, std::vector<std::string>>;

// What a setting is made of, and a load; of the first the accelerator, whose price goes with it.
constexpr std::array<std::string_view, 4> of_settings{"--accelerator", "--engine", "--weights",
                                                      "--kv"};
constexpr std::array<std::string_view, 4> of_loads{"--concurrency", "--rate", "--chunk", "--draft"};
constexpr std::string_view of_layouts = "--gpus";

constexpr integer most_values = 1'000'000;
constexpr std::size_t most_combinations = 100'000;

constexpr std::string_view wanted_of_range =
    "8..64, 64..4096:64 in steps, 8..64:x2 in powers: whole numbers, the lower first";

[[noreturn]] void refuse_range(const std::string& option, const std::string& text) {
  refuse(option, text, wanted_of_range);
}

integer whole_in(const std::string& option, const std::string& range, const std::string& text) {
  const std::optional<double> n = number_in(text);
  const bool whole = n && *n >= 1.0 && *n <= static_cast<double>(most_values) &&
                     text.find_first_not_of("0123456789") == std::string::npos;
  if (!whole) refuse_range(option, range);
  return static_cast<integer>(*n);
}

// "8..64:x2": 8, 16, 32, 64.
void add_range(const std::string& option, const std::string& range, std::size_t dots,
               std::vector<std::string>& values) {
  const std::size_t colon = range.find(':', dots);
  const bool stepped = colon != std::string::npos;
  const integer low = whole_in(option, range, range.substr(0, dots));
  const integer high = whole_in(option, range, range.substr(dots + 2, colon - dots - 2));
  std::string step = stepped ? range.substr(colon + 1) : "1";
  const bool by_powers = step.starts_with("x");
  if (by_powers) step.erase(0, 1);
  const integer by = whole_in(option, range, step);
  if (low > high || (by_powers && by < 2)) refuse_range(option, range);
  for (integer n = low; n <= high; n = by_powers ? n * by : n + by) {
    values.push_back(fmt::format("{}", n));
  }
}

bool takes_range(std::string_view option) {
  return option == of_layouts || option == "--concurrency" || option == "--chunk" ||
         option == "--draft";
}

void refuse_twice(const std::string& option, const std::string& text,
                  const std::vector<std::string>& values) {
  std::vector<std::string> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  std::erase(sorted, "");  // nothing: refused by whoever reads it
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    refuse(option, text, "each value once");
  }
}

// The lists that are given of these options.
template <class Options>
std::vector<list> lists_of(const words& of, const Options& wanted) {
  std::vector<list> lists;
  for (const std::string_view name : wanted) {
    const std::string option(name);
    const std::optional<std::string> text = of.given(option);
    if (text) lists.emplace_back(option, values_in(option, *text));
  }
  return lists;
}

// Every combination of lists, the last changing fastest; one without any of nothing.
std::vector<said_options> combined(const std::vector<list>& lists) {
  std::vector<said_options> all{{}};
  for (const auto& [option, values] : lists) {
    if (all.size() * values.size() > most_combinations) {
      refuse(option, fmt::format("{} values", values.size()),
             fmt::format("at most {} combinations of all lists", most_combinations));
    }
    std::vector<said_options> longer;
    for (const said_options& one : all) {
      for (const std::string& value : values) {
        longer.push_back(one);
        longer.back().emplace_back(option, value);
      }
    }
    all = std::move(longer);
  }
  return all;
}

// Options with these in place of their own.
words with(const words& of, const said_options& replaced) {
  words changed;
  for (const auto& [option, text] : of.items()) {
    const auto is_it = [&option = option](const auto& r) { return r.first == option; };
    const auto found = std::find_if(replaced.begin(), replaced.end(), is_it);
    changed.add(option, found == replaced.end() ? text : found->second);
  }
  return changed;
}

// The price of each accelerator of a list, or that of all.
void match_prices(const words& of, std::vector<said_options>& settings) {
  const std::optional<std::string> text = of.given("--price");
  if (!text) return;
  const std::vector<std::string> prices = values_in("--price", *text);
  if (prices.size() == 1) return;
  const auto names = values_in("--accelerator", of.given("--accelerator").value_or(""));
  if (names.size() != prices.size()) {
    refuse("--price", *text, fmt::format("one, or one for each of {} accelerators", names.size()));
  }
  for (said_options& setting : settings) {
    const auto place = std::find(names.begin(), names.end(), setting.front().second);
    setting.emplace_back("--price", prices[static_cast<std::size_t>(place - names.begin())]);
  }
}

std::vector<said_options> settings_of(const words& of) {
  std::vector<said_options> settings = combined(lists_of(of, of_settings));
  match_prices(of, settings);
  return settings;
}

void add_lists(const words& of, const std::vector<list>& lists, said_options& to) {
  for (const auto& [option, values] : lists) {
    if (values.size() > 1) to.emplace_back(option, of.given(option).value_or(""));
  }
}

}  // namespace

said_options of_lists(const search_space& space, said_options said) {
  std::erase_if(said, [&space](const auto& one) {
    return std::none_of(space.lists.begin(), space.lists.end(),
                        [&one](const auto& listed) { return listed.first == one.first; });
  });
  return said;
}

std::string with_text(const said_options& said) {
  std::string text;
  for (const auto& [option, value] : said) text += fmt::format(" {} {}", option, value);
  return text.empty() ? text : ", with" + text;
}

bool takes_list(std::string_view option) {
  const auto among = [option](const auto& some) {
    return std::find(some.begin(), some.end(), option) != some.end();
  };
  return option == of_layouts || among(of_settings) || among(of_loads);
}

bool takes_list_of_settings(std::string_view option) {
  return std::find(of_settings.begin(), of_settings.end(), option) != of_settings.end();
}

std::vector<std::string> values_in(const std::string& option, const std::string& text) {
  std::vector<std::string> values;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string one = text.substr(begin, end - begin);
    const std::size_t dots = takes_range(option) ? one.find("..") : std::string::npos;
    if (dots == std::string::npos) {
      values.push_back(one);
    } else {
      add_range(option, one, dots, values);
    }
    begin = end + 1;
  }
  if (option != "--price") refuse_twice(option, text, values);
  return values;
}

words first_of_lists(const words& of) {
  said_options first = settings_of(of).front();
  for (const said_options& more :
       {combined(lists_of(of, of_loads)).front(),
        combined(lists_of(of, std::array<std::string_view, 1>{of_layouts})).front()}) {
    first.insert(first.end(), more.begin(), more.end());
  }
  return with(of, first);
}

words first_setting_of(const words& of) { return with(of, settings_of(of).front()); }

search_space read_space(const words& of) {
  search_space space;
  const auto gpus = lists_of(of, std::array<std::string_view, 1>{of_layouts});
  const std::vector<list> loads = lists_of(of, of_loads);
  space.loads = combined(loads);
  for (const std::string& n : gpus.front().second) {
    space.gpus.push_back(whole_number("--gpus", n, shardline::field::gpus));
  }
  const words one_size = with(of, {{std::string(of_layouts), gpus.front().second.front()}});
  for (const said_options& setting : settings_of(of)) {
    const words own = with(one_size, setting);
    space.settings.push_back({.said = setting});
    for (const said_options& load : space.loads) {
      options o = read_search_point(with(own, load));
      space.settings.back().loads.push_back(o.workload);
      if (space.settings.back().loads.size() == 1) space.settings.back().own = std::move(o);
    }
  }
  add_lists(of, gpus, space.lists);
  add_lists(of, lists_of(of, of_settings), space.lists);
  add_lists(of, loads, space.lists);
  return space;
}

}  // namespace planner
