// SPDX-License-Identifier: BSL-1.0
#include "deployment.hpp"

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"

namespace laws::any {

namespace {

double whole_between(dice& d, double low, double high) {
  return std::floor(log_between(d, low, high + 1.0));
}

sl::seconds<> seconds_between(dice& d, double low, double high) {
  return sl::seconds<>::from_value(log_between(d, low, high));
}

sl::tokens<> tokens_between(dice& d, double low, double high) {
  return sl::tokens<>::from_value(whole_between(d, low, high));
}

// ------------------------------------------------------------------------------------- workload

// How often each expert is chosen, some of them never.
std::vector<double> random_loads(dice& d, integer experts) {
  std::vector<double> loads(static_cast<std::size_t>(experts));
  for (double& load : loads) load = d.whole(0, 9) == 0 ? 0.0 : log_between(d, 0.1, 10.0);
  loads[static_cast<std::size_t>(d.whole(0, experts - 1))] = 1.0;
  return loads;
}

// Experts of every layer that has any; 0 where layers differ, or none has.
integer experts_alike(const sl::model& m) {
  integer experts = 0;
  for (const sl::layer& l : m.layers.kinds) {
    const auto* f = std::get_if<sl::mixture_of_experts>(&l.feed_forward);
    if (f == nullptr) continue;
    if (experts != 0 && f->experts != experts) return 0;
    experts = f->experts;
  }
  return experts;
}

void draw_routing(dice& d, deployment& of, sl::workload& w) {
  const integer experts = experts_alike(of.model);
  switch (d.whole(0, experts > 0 ? 3 : 2)) {
    case 0:
      break;
    case 1:
      w.expert_imbalance = d.between(1.0, 3.0);
      break;
    case 2:
      w.routing = sl::power_law_routing(d.between(0.0, 2.0));
      break;
    default:
      of.loads = std::make_shared<const std::vector<double>>(random_loads(d, experts));
      w.routing = sl::observed_routing(*of.loads);
  }
}

void draw_client(dice& d, sl::workload& w) {
  switch (d.whole(0, 2)) {
    case 0:
      break;
    case 1:
      w.num_prompts = std::floor(w.concurrency * log_between(d, 0.5, 20.0)) + 1.0;
      break;
    default:
      w.rate = sl::request_rate<>::from_value(log_between(d, 1e-2, 1e4));
  }
}

sl::speculation random_speculation(dice& d) {
  sl::speculation s;
  s.draft_tokens = d.whole(1, 7);
  s.acceptance = d.whole(0, 9) == 0 ? 1.0 : d.unit();
  if (d.flip()) s.draft_time = seconds_between(d, 1e-5, 1e-2);
  return s;
}

// --------------------------------------------------------------------- models and their layouts

// A model of the catalog, and a layout with nothing that it has no use for.
placed catalog_placed(dice& d) {
  placed p;
  p.model = *d.one_of(sl::catalog::models);
  p.layout = random_layout(d, p.model.layers.size() < 4 ? p.model.layers.size() : 4);
  if (!has_experts(p.model)) {
    p.layout.expert = {p.layout.attention.tp, 1, p.layout.attention.cp * p.layout.attention.dp};
    p.layout.redundant_experts = 0;
  }
  list_stages(d, p.layout, p.model.layers.size());
  share_cache(d, p.layout, p.model);
  return p;
}

placed any_placed(dice& d) {
  constexpr std::array<integer, 3> blocks{1, 16, 64};
  placed p;
  if (d.flip()) {
    p = catalog_placed(d);
  } else {
    const integer block = d.one_of(blocks);
    const bool even = d.flip();
    p = random_placed(d, 4, {block, even});
  }
  if (d.flip()) p.layout.microbatches = d.whole(1, 6);
  return p;
}

// ------------------------------------------------------------------------------------- hardware

sl::torus_links random_torus(dice& d) {
  constexpr std::array<integer, 4> lengths{1, 2, 4, 8};
  constexpr std::array<integer, 3> rings{1, 4, 8};
  sl::torus_links t;
  for (integer& axis : t.axes) axis = d.one_of(lengths);
  t.ring = d.one_of(rings);
  return t;
}

// Hardware that does not exist, of any vendor.
cluster invented_cluster(dice& d, const sl::layout& l) {
  constexpr std::array<sl::vendor, 5> vendors{sl::vendor::unknown, sl::vendor::nvidia,
                                              sl::vendor::amd, sl::vendor::google,
                                              sl::vendor::amazon};
  cluster c = random_cluster(d, l);
  sl::basic_accelerator<double, sl::constant>& a = c.accelerator;
  a.name = "invented";
  a.vendor = d.one_of(vendors);
  a.mesh = d.flip();
  a.domain = c.gpus_per_domain;
  a.multiprocessors = d.flip() ? 0 : d.whole(16, 300);
  if (d.flip()) a.last_level_cache = sl::bytes<>::from_value(log_between(d, 1e6, 1e9));
  if (d.whole(0, 2) == 0) a.torus = random_torus(d);
  if (d.whole(0, 3) == 0) a.peak.fp8 = {};  // kernels of an older generation
  return c;
}

cluster catalog_cluster(dice& d, const sl::layout& l) {
  const sl::accelerator a = d.one_of(sl::catalog::accelerators);
  const sl::constant some = random_cluster(d, l).accelerator.efficiency;
  return make_cluster(with_efficiency(a, some), l.gpus());
}

sl::runtime any_runtime(dice& d) {
  constexpr std::array<sl::scheduler, 3> schedulers{
      sl::scheduler::chunked, sl::scheduler::prompts_first, sl::scheduler::whole_prompts};
  switch (d.whole(0, 4)) {
    case 0:
      return {};
    case 1:
      return sl::engines::vllm.runtime;
    case 2:
      return sl::engines::sglang.runtime;
    case 3:
      return sl::engines::tensorrt_llm.runtime;
    default:
      sl::runtime r = random_runtime(d);
      r.reserved_output = d.unit();
      r.receive_interval = 1.0 + 50.0 * (1.0 - r.reserved_output);
      r.schedule = d.one_of(schedulers);
      return r;
  }
}

cluster any_cluster(dice& d, const sl::layout& l) {
  cluster c = d.flip() ? catalog_cluster(d, l) : invented_cluster(d, l);
  c.runtime = any_runtime(d);
  if (d.whole(0, 3) == 0) c.runtime.experts = random_execution(d);
  if (d.whole(0, 3) == 0) c.runtime.two_batch_overlap = true;
  return c;
}

// ------------------------------------------------------------------------------------- policies

// Two in three are fitted, which has the most formulas; one in eight of those as benchmarks of
// single kernels have it.
void draw_policy(dice& d, deployment& r) {
  const auto& a = r.cluster.accelerator;
  switch (d.whole(0, 5)) {
    case 0:
      r.kernels = sl::datasheet{};
      r.label = "datasheet";
      return;
    case 1:
      r.kernels = a.efficiency;
      r.label = "constant";
      return;
    default:
      break;
  }
  const sl::engine_version& e = *d.one_of(sl::engines::all);
  const bool alone = d.whole(0, 7) == 0;
  sl::fitted kernels = with_fitted(a, e).efficiency;
  if (alone) {
    const sl::host_curve<> host = kernels.host;  // a step needs one
    kernels = with_fitted_kernels(a, e).efficiency;
    kernels.host = host;
  }
  r.kernels = kernels;
  r.label = "fitted, engine " + std::string(e.name) + (alone ? ", alone" : "");
}

// price(cluster under the deployment's policy)
template <class Price>
auto priced(const deployment& r, const Price& price) {
  return std::visit([&](const auto& p) { return price(with_efficiency(r.cluster, p)); }, r.kernels);
}

}  // namespace

sl::workload random_workload(dice& d, deployment& of) {
  sl::workload w;
  w.concurrency = whole_between(d, 1.0, 2000.0);
  w.input = tokens_between(d, 1.0, 20000.0);
  w.output = tokens_between(d, 1.0, 4000.0);
  if (d.flip()) w.chunk = tokens_between(d, 1.0, 8192.0);
  if (d.flip()) w.prefix_hit = d.whole(0, 9) == 0 ? 1.0 : d.unit();
  if (d.flip()) w.output_cv = log_between(d, 0.01, 2.0);
  draw_client(d, w);
  if (d.whole(0, 2) == 0) w.speculation = random_speculation(d);
  draw_routing(d, of, w);
  if (d.whole(0, 3) == 0) w.max_ttft = seconds_between(d, 1e-3, 1e2);
  if (d.whole(0, 3) == 0) w.max_tpot = seconds_between(d, 1e-4, 1.0);
  return w;
}

deployment random_deployment(dice& d) {
  deployment r;
  const placed p = any_placed(d);
  r.layout = p.layout;
  r.model = p.model;
  r.cluster = any_cluster(d, r.layout);
  draw_policy(d, r);
  r.workload = random_workload(d, r);
  return r;
}

deployment random_deployment(dice& d, const sl::accelerator& a, const sl::engine_version& e) {
  deployment r = any::random_deployment(d);
  const sl::constant some = r.cluster.accelerator.efficiency;
  r.cluster = make_cluster(with_efficiency(a, some), r.layout.gpus());
  r.cluster.runtime = e.runtime;
  r.kernels = with_fitted(a, e).efficiency;
  r.label = "fitted, engine " + std::string(e.name);
  return r;
}

pools random_pools(dice& d) {
  pools p;
  p.prefill = any::random_deployment(d);
  p.prefill.workload.num_prompts = 0.0;
  p.prefill.workload.output += sl::tokens<>::from_value(1.0);
  p.prefill_instances = d.whole(1, 5);
  p.decode_layout = p.prefill.layout;
  p.decode_layout.attention.dp *= d.whole(1, 3);
  p.decode_layout.microbatches = d.whole(0, 3);
  p.decode_cluster = p.prefill.cluster;
  p.decode_cluster.gpus = p.decode_layout.gpus();
  p.decode_cluster.network = random_link(d);
  p.decode_cluster.runtime = any_runtime(d);
  p.decode_instances = d.whole(1, 5);
  return p;
}

std::string describe(const deployment& r) {
  const sl::workload& w = r.workload;
  std::ostringstream s;
  s << laws::describe(r) << " prefix hit " << w.prefix_hit << " rate " << w.rate.value()
    << " num_prompts " << w.num_prompts << " drafts " << w.speculation.draft_tokens << " x "
    << w.speculation.acceptance << " in " << w.speculation.draft_time.value() << " routing "
    << static_cast<int>(w.routing.law) << ' ' << w.routing.exponent << "\non "
    << r.cluster.accelerator.name.view() << " under " << r.label << ", microbatches "
    << r.layout.microbatches << " model " << r.model.name.view();
  return s.str();
}

sl::basic_estimate<> estimate_of(const deployment& r) {
  return priced(r, [&](const auto& c) { return estimate(c, r.model, r.layout, r.workload); });
}
sl::report check_of(const deployment& r) {
  return priced(r, [&](const auto& c) { return check(c, r.model, r.layout, r.workload); });
}
sl::basic_memory<> memory_of(const deployment& r) {
  return priced(r, [&](const auto& c) { return memory(c, r.model, r.layout, r.workload); });
}
sl::basic_time<> prefill_of(const deployment& r) {
  return priced(r, [&](const auto& c) { return prefill(c, r.model, r.layout, r.workload); });
}
sl::basic_time<> decode_of(const deployment& r) {
  return priced(r, [&](const auto& c) { return decode(c, r.model, r.layout, r.workload); });
}
sl::basic_serving<> serving_of(const deployment& r) {
  return priced(r, [&](const auto& c) { return serving(c, r.model, r.layout, r.workload); });
}
sl::basic_bands<> bands_of(const deployment& r, const sl::basic_estimate<>& e) {
  return std::visit([&](const auto& p) { return sl::bands_of(p, e); }, r.kernels);
}
sl::provenance source_of(const deployment& r) {
  return std::visit([](const auto& p) { return sl::source_of(p); }, r.kernels);
}
sl::pipeline_time<double> time_of_step(const deployment& r, const sl::basic_step<>& s) {
  return priced(r, [&](const auto& c) { return sl::time_of_step(c, r.model, r.layout, s); });
}
std::vector<sl::basic_stage_memory<>> stages_of(const deployment& r) {
  std::vector<sl::basic_stage_memory<>> stages;
  for_each_stage(r.cluster, r.model, r.layout, r.workload,
                 [&stages](const sl::basic_stage_memory<>& s) { stages.push_back(s); });
  return stages;
}
integer sequences_that_fit(const deployment& r) {
  return sl::sequences_that_fit(r.cluster, r.model, r.layout, r.workload);
}
integer longest_context(const deployment& r) {
  return sl::longest_context(r.cluster, r.model, r.layout, r.workload);
}
std::optional<sl::layout> fewest_replicas(const deployment& r) {
  return sl::fewest_replicas(r.cluster, r.model, r.layout, r.workload);
}

sl::basic_disaggregated<> disaggregated_of(const pools& p) {
  const deployment& r = p.prefill;
  return std::visit(
      [&]<class Policy>(const Policy& kernels) {
        using pool = sl::basic_pool<double, Policy>;
        const pool prefill{with_efficiency(r.cluster, kernels), r.layout, p.prefill_instances};
        const pool decode{with_efficiency(p.decode_cluster, kernels), p.decode_layout,
                          p.decode_instances};
        return disaggregate(prefill, decode, r.model, r.workload);
      },
      r.kernels);
}

}  // namespace laws::any
