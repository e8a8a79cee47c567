//! The precision laws: every closed form against a search that does not know it.

use proptest::prelude::*;
use scaling_laws::base::root::minimum;
use scaling_laws::law::Law;
use scaling_laws::laws::find;

const CAPYBARA: [f64; 8] = [69.2343, 0.2368, 68973.0621, 0.5162, 1.9061, 11334.5197, 3.1926, 2.9543];
const KUMAR: [f64; 8] = [4299.0, 18060.0, 2.7648, 0.4965, 0.4965, 2.6745, 2.2102, 0.9578];
const OFFSET: [f64; 11] = [4299.0, 18060.0, 2.7648, 0.4965, 0.4965, 2.6745, 0.3037, 2.2102, 1.4072, 0.9578, 2.4185];
const PTQ: [f64; 9] = [4299.0, 18060.0, 2.7648, 0.4965, 0.4965, 0.0598, 0.5068, 0.3439, 0.5907];
const K: f64 = 6.0 / 16.0;

fn law(id: &str) -> &'static dyn Law {
    find(id).expect("registered")
}
fn derived(id: &str, symbol: &str, theta: &[f64], at: &[f64]) -> f64 {
    let derived = law(id).card().derived(symbol).expect("derived quantity");
    assert_eq!(derived.needs.len(), at.len(), "{symbol} needs {:?}", derived.needs);
    (derived.value)(theta, at)
}
fn close(ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours / theirs - 1.0).abs() <= tolerance, "{ours} is not {theirs}");
}
/// The smallest value over one logarithmic unknown, and where.
fn lowest(f: impl Fn(f64) -> f64, low: f64, high: f64) -> (f64, f64) {
    let x = minimum(|ln| f(ln.exp()), low.ln(), high.ln()).exp();
    (x, f(x))
}
/// Capybara's loss at the best continuous split of `p` bits.
fn split(n: f64, d: f64, p: f64, b: f64) -> f64 {
    let (e, m) = (derived("capybara", "E_opt", &CAPYBARA, &[p]), derived("capybara", "M_opt", &CAPYBARA, &[p]));
    law("capybara").predict(&[n, d, e, m, b], &CAPYBARA)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn joint_precision_is_the_minimum_over_size_data_and_bits(ln_c in 44.0..78.0f64, ln_b in 0.7..8.0f64) {
        let (c, b) = (ln_c.exp(), ln_b.exp());
        let p = derived("capybara", "P_opt", &CAPYBARA, &[c, b]);
        close(derived("capybara", "P_min", &CAPYBARA, &[c, b, 0.0]), p, 1e-6);
        for (closed, search) in [("N_opt", "N_min"), ("D_opt", "D_min"), ("L_opt", "L_min")] {
            let closed = derived("capybara", closed, &CAPYBARA, &[c, b]);
            close(derived("capybara", search, &CAPYBARA, &[c, b, 0.0]), closed, 1e-5);
        }
        let (_, searched) = lowest(|p| lowest(|n| split(n, c / (K * p * n), p, b), 1e4, 1e25).1, 0.5, 64.0);
        close(derived("capybara", "L_opt", &CAPYBARA, &[c, b]), searched, 1e-9);
    }

    #[test]
    fn precision_at_fixed_data_and_at_fixed_size_are_minima(ln_d in 22.0..36.0f64, ln_n in 17.0..28.0f64, extra in 2.0..14.0f64, ln_b in 0.7..8.0f64) {
        let (d, n, b) = (ln_d.exp(), ln_n.exp(), ln_b.exp());
        let c = K * 8.0 * n * n * extra.exp();
        let (p, _) = lowest(|p| split(c / (K * p * d), d, p, b), 0.3, 100.0);
        close(derived("capybara", "P_opt_D", &CAPYBARA, &[d, b]), p, 1e-5);
        let (p, _) = lowest(|p| split(n, c / (K * p * n), p, b), 0.3, 200.0);
        close(derived("capybara", "P_opt_N", &CAPYBARA, &[c, n, b]), p, 1e-5);
    }

    #[test]
    fn loss_turns_up_at_the_critical_data(ln_n in 17.0..26.0f64, e in 1u32..8, m in 1u32..8, ln_b in 0.7..8.0f64) {
        let (n, e, m, b) = (ln_n.exp(), f64::from(e), f64::from(m), ln_b.exp());
        let d = derived("capybara", "D_crit", &CAPYBARA, &[n, e, m, b]);
        let loss = |d: f64| law("capybara").predict(&[n, d, e, m, b], &CAPYBARA);
        prop_assert!(loss(d) < loss(d * 1.01) && loss(d) < loss(d / 1.01));
        let d = derived("kumar-ptq", "D_crit", &PTQ, &[n, m]);
        let loss = |d: f64| law("kumar-ptq").predict(&[n, d, m], &PTQ);
        prop_assert!(loss(d) < loss(d * 1.01) && loss(d) < loss(d / 1.01));
    }

    #[test]
    fn integer_precision_optima_are_minima(ln_c in 40.0..65.0f64, p in 5.0..16.0f64) {
        let c = ln_c.exp();
        for (id, theta) in [("kumar", &KUMAR[..]), ("kumar-offset", &OFFSET[..])] {
            let loss = |n: f64, p: f64| law(id).predict(&[n, c / (K * p * n), p, p, p], theta);
            let (n, least) = lowest(|n| loss(n, p), 1e3, 1e25);
            close(derived(id, "N_opt", theta, &[c, p]), n, 1e-5);
            let allocation = law(id).card().allocation.expect("allocation");
            let closed = allocation.closed_form.expect("closed form")(theta, &[f64::NAN, f64::NAN, p, p, p], c).expect("inside the domain");
            close((allocation.cost.of)(&[closed[0], closed[1], p, p, p]), c, 1e-12);
            close(law(id).predict(&[closed[0], closed[1], p, p, p], theta), least, 1e-12);
            let (best, _) = lowest(|p| lowest(|n| loss(n, p), 1e3, 1e25).1, 3.2, 40.0);
            close(derived(id, "P_opt", theta, &[]), best, 1e-3);
            let (best, _) = lowest(|p| loss(n, p), 3.2, 100.0);
            close(derived(id, "P_opt_N", theta, &[c, n]), best, 1e-4);
        }
    }
}

#[test]
fn quantising_is_the_same_as_shrinking_the_model() {
    let [n, d, p, b] = [1e9, 1e12, 6.0, 128.0];
    let smaller = derived("capybara", "N_eff", &CAPYBARA, &[n, d, p, b]);
    close(split(smaller, d, p, 1.0), split(n, d, p, b), 1e-12);
    let lost = derived("capybara", "rho_opt", &CAPYBARA, &[n, d, p, b]);
    close(split(n, d, p, 1.0) + lost, split(n, d, p, b), 1e-12);
    let smaller = derived("kumar-offset", "N_eff", &OFFSET, &[n, 8.0, 6.0, 7.0]);
    let chinchilla = [OFFSET[2], OFFSET[0], OFFSET[1], OFFSET[3], OFFSET[4]];
    let loss = law("kumar-offset").predict(&[n, d, 8.0, 6.0, 7.0], &OFFSET);
    close(law("chinchilla").predict(&[smaller, d], &chinchilla), loss, 1e-12);
}

#[test]
fn an_overhead_per_multiplication_buys_more_bits() {
    let bits = [0.0, 1.0, 2.0, 4.0, 8.0].map(|b| derived("capybara", "P_min", &CAPYBARA, &[1e24, 128.0, b]));
    assert!(bits.windows(2).all(|pair| pair[0] < pair[1]), "{bits:?}");
}

#[test]
fn no_budget_moves_the_integer_optimum_but_a_fixed_size_wants_ln_c() {
    // d ln F / d ln P falls below 1 at one P, whatever C; at fixed N the optimum keeps growing by
    // βγ ln C, γ the widest saturation (Kumar et al. 2024, equation 23).
    let bits = [1e30, 1e40, 1e50, 1e60].map(|c| derived("kumar", "P_opt_N", &KUMAR, &[c, 1e9]));
    let step = KUMAR[4] * KUMAR[5] * 1e10f64.ln();
    for pair in bits.windows(2) {
        assert!((pair[1] - pair[0]) / step > 0.95 && (pair[1] - pair[0]) / step < 1.1, "{bits:?}, {step}");
    }
}

#[test]
fn a_size_read_without_the_cost_of_bits_is_low() {
    // The paper's C absorbs k = 6/16; dropping it moves N* by k^(β/(α+β)) = 0.612.
    let with = derived("kumar", "N_opt", &KUMAR, &[1e21, 8.0]);
    let without = derived("kumar", "N_opt", &KUMAR, &[1e21 * K, 8.0]);
    close(without / with, 0.612, 1e-3);
}

#[test]
fn layouts_of_a_fractional_width_do_not_exist() {
    assert!(derived("capybara", "E_int", &CAPYBARA, &[7.5]).is_nan());
    assert!(derived("capybara", "M_int", &CAPYBARA, &[0.0]).is_nan());
    assert!(derived("kumar-offset", "F", &OFFSET, &[3.0]).is_nan());
}

#[test]
fn the_unified_law_gives_its_marginal_laws() {
    let [n, d, e, m, b] = [154_140_672.0, 5.24288e10, 4.0, 3.0, 128f64];
    let [.., gamma, delta, nu] = CAPYBARA;
    let whole = law("capybara").predict(&[n, d, e, m, b], &CAPYBARA);
    let base = &CAPYBARA[..5];
    let with = |rest: &[f64]| [base, rest].concat();
    let (of_e, of_m) = ((e + 0.5).powf(delta), (m + 0.5).powf(nu));
    let flat = gamma / b.log2();
    close(law("capybara-float").predict(&[n, d, e, m], &with(&[flat, delta, nu])), whole, 1e-13);
    close(law("capybara-exponent-joint").predict(&[n, d, e], &with(&[flat * of_m, delta])), whole, 1e-13);
    close(law("capybara-mantissa-joint").predict(&[n, d, m], &with(&[flat * of_e, nu])), whole, 1e-13);
    close(law("capybara-block-joint").predict(&[n, d, b], &with(&[gamma * of_e * of_m])), whole, 1e-13);
    let floor = law("chinchilla").predict(&[n, d], &[base[4], base[0], base[2], base[1], base[3]]);
    let added = d.powf(base[3]) / n.powf(base[1]);
    close(law("capybara-exponent").predict(&[e], &[added / (flat * of_m), delta, floor]), whole, 1e-13);
    close(law("capybara-mantissa").predict(&[m], &[added / (flat * of_e), nu, floor]), whole, 1e-13);
    close(law("capybara-block").predict(&[b], &[added / (gamma * of_e * of_m), floor]), whole, 1e-13);
}

#[test]
fn training_at_the_served_precision_leaves_nothing_to_lose() {
    let theta = [&KUMAR[..], &[0.0598, 0.5068, 0.3439, 0.5907, 0.5, 0.6, 0.7]].concat();
    let trained = law("kumar").predict(&[1e9, 1e11, 8.0, 8.0, 8.0], &KUMAR);
    assert_eq!(law("kumar-unified").predict(&[1e9, 1e11, 8.0, 8.0, 8.0, 8.0], &theta), trained);
    assert!(law("kumar-unified").predict(&[1e9, 1e11, 8.0, 8.0, 8.0, 4.0], &theta) > trained);
}

/// The shapes of the models give the sizes of the grid, four matrices of attention and three of the
/// feed-forward layer each; but for the 7B model, whose printed width of 10752 would make it
/// 6.973e9: its size in the grid goes with 11008. The printed heads are half as wide as the two largest models.
#[test]
fn shapes_give_the_sizes_of_the_grid_but_for_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/figures/capybara_model_shapes.csv");
    let Ok(text) = std::fs::read_to_string(path) else { return eprintln!("SKIPPED: no shapes at {path}") };
    let size = |layers: u64, hidden: u64, inner: u64| layers * (4 * hidden * hidden + 3 * hidden * inner);
    let (mut sizes, mut heads) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |k: usize| cells[k].parse::<u64>().expect("a whole number");
        heads.push(number(4) * number(5) == number(2));
        sizes.push(size(number(1), number(2), number(3)));
    }
    let grid = [40894464, 84934656, 154140672, 679477248, 1233125376, 7083130880, 71236059136];
    let other: Vec<usize> = (0..7).filter(|&k| sizes[k] != grid[k]).collect();
    assert_eq!((sizes.len(), other), (7, vec![5]));
    assert_eq!(heads, [true, true, true, true, true, false, false]);
    assert_eq!((sizes[5], size(35, 4096, 11008)), (6_973_030_400, grid[5]));
}
