//! Laws written down as text: the same answers as the registry's, faults with their place, and the
//! way through fit, record, comparison and prediction.

use scaling_laws::base::real::Enclosure;
use scaling_laws::law::{Block, Jet, Law, Order, Role, Transform};
use scaling_laws::laws::{find, sought, written};

/// Laws of the registry as a user would write them, and parameters at which to compare.
const TWINS: &[(&str, &str, &[f64])] = &[
    ("chinchilla", "L(N, D) = E + A/N^alpha + B/D^beta", &[1.69, 406.4, 410.7, 0.34, 0.28]),
    ("kaplan", "L(N, D) = ((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D", &[0.076, 0.103, 6.4e13, 1.8e13]),
    ("power-offset", "L(x) = E + A*x^-alpha", &[1.7, 30.0, 0.2]),
    ("power", "L(x) = A/x^alpha", &[30.0, 0.2]),
];

/// This law's parameters in the other's order, by symbol.
fn ordered(of: &dyn Law, like: &dyn Law, theta: &[f64]) -> Vec<f64> {
    let at = |symbol: &str| theta[like.card().param(symbol).expect("both laws have it")];
    of.card().params.iter().map(|param| at(param.symbol)).collect()
}

fn grid(inputs: usize) -> Vec<Vec<f64>> {
    (0..inputs)
        .map(|i| (0..23).map(|k| 10f64.powf(6.0 + f64::from((k * (i as i32 + 3)) % 23) / 5.0)).collect())
        .collect()
}

#[test]
fn a_law_written_down_is_the_registered_one() {
    for (id, text, theta) in TWINS {
        let (law, twin) = (find(id).expect("it is registered"), find(text).expect("it can be read"));
        let other = ordered(twin, law, theta);
        let columns = grid(law.card().inputs.len());
        let views: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        for order in [Order::First, Order::Second] {
            for block in Block::split(&views) {
                let (mut a, mut b) = (Jet::new(theta.len()), Jet::new(theta.len()));
                law.jet(order, &block, theta, &mut a);
                twin.jet(order, &block, &other, &mut b);
                let near = |a: f64, b: f64, what: &str| {
                    assert!((a - b).abs() <= 1e-10 * a.abs().max(1e-8), "{id} {what}: {a} and {b}");
                };
                for k in 0..block.rows() {
                    near(a.y[k], b.y[k], "value");
                    for (j, param) in law.card().params.iter().enumerate() {
                        let t = twin.card().param(param.symbol).expect("both have it");
                        near(a.d[j][k], b.d[t][k], param.symbol);
                        if order == Order::Second {
                            for (i, second) in law.card().params.iter().enumerate().take(j + 1) {
                                let s = twin.card().param(second.symbol).expect("both have it");
                                let at = s.max(t) * (s.max(t) + 1) / 2 + s.min(t);
                                near(a.h[j * (j + 1) / 2 + i][k], b.h[at][k], "second derivative");
                            }
                        }
                    }
                }
            }
        }
        for row in 0..23 {
            let x: Vec<f64> = columns.iter().map(|column| column[row]).collect();
            let (a, b) = (law.predict(&x, theta), twin.predict(&x, &other));
            assert!((a - b).abs() <= 1e-13 * a.abs(), "{id}: {a} and {b}");
            let ln: Vec<f64> = x.iter().map(|x| x.ln()).collect();
            let boxed: Vec<Enclosure> = other.iter().map(|&t| Enclosure::constant(t)).collect();
            let range = twin.enclose(&x, &ln, &boxed).plain().v;
            assert!(range.low <= b && b <= range.high, "{id}: {b} outside [{}, {}]", range.low, range.high);
        }
    }
}

#[test]
fn derivatives_agree_with_differences() {
    let texts = [
        "y(x) = lo + (hi - lo)*sigmoid(k*(ln(x) - m))",
        "y(x, z) = a*tanh(b*x) + c*exp(-z/s) + d*min(x, q*z) + log10(1 + x^2)*e",
        "y(x) = a + b*x + c*x^2 + d*x^3 + e*x^-1 + f*sqrt(x) + g*log1p(x/h) + i*abs(x - j)",
        "y(x) = a*2^(-x/h) + b*atan(x/k) + sin(w*x) + cos(w*x) + expm1(-u*x) + max(v, -x)",
    ];
    for text in texts {
        let law = sought(text).unwrap().unwrap();
        let params = law.card().params.len();
        let theta: Vec<f64> = (0..params).map(|j| 0.31 + 0.17 * j as f64).collect();
        let columns: Vec<Vec<f64>> = law.card().inputs.iter().map(|_| vec![0.7, 1.3, 2.9]).collect();
        let views: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let block = &Block::split(&views)[0];
        let mut jet = Jet::new(params);
        law.jet(Order::Second, block, &theta, &mut jet);
        let mut first = Jet::new(params);
        for j in 0..params {
            let step = 1e-5;
            let at = |sign: f64| {
                let mut moved = theta.clone();
                moved[j] += sign * step;
                moved
            };
            let mut ends = [Jet::new(params), Jet::new(params)];
            law.jet(Order::First, block, &at(-1.0), &mut ends[0]);
            law.jet(Order::First, block, &at(1.0), &mut ends[1]);
            law.jet(Order::First, block, &theta, &mut first);
            for k in 0..3 {
                assert_eq!(jet.d[j][k].to_bits(), first.d[j][k].to_bits(), "{text}: both orders give one gradient");
                let slope = (ends[1].y[k] - ends[0].y[k]) / (2.0 * step);
                assert!(
                    (slope - jet.d[j][k]).abs() < 1e-6 * (1.0 + slope.abs()),
                    "{text}: {j} {slope} {}",
                    jet.d[j][k]
                );
                for i in 0..=j {
                    let bend = (ends[1].d[i][k] - ends[0].d[i][k]) / (2.0 * step);
                    let h = jet.h[j * (j + 1) / 2 + i][k];
                    assert!((bend - h).abs() < 1e-5 * (1.0 + bend.abs()), "{text}: {j} {i} {bend} {h}");
                }
            }
        }
    }
}

#[test]
fn faults_name_their_place() {
    let cases: &[(&str, &str)] = &[
        ("L = E + A/N^alpha", "begins with its output and its inputs in brackets"),
        ("L(N, N) = E + A/N^a", "`N` is named twice"),
        ("L(N, D) = E + A/N^a", "the input `D` does not stand in the formula"),
        ("L(N) = 2*N", "no parameter to fit"),
        ("L(N) = E + A/N^", "at character 16"),
        ("L(N) = E + log(N)", "write ln or log10"),
        ("L(N) = E + relu(N)", "there is no function `relu`"),
        ("L(N) = E + max(N)", "takes 2 numbers"),
        ("L(N) = E + A*L/N", "`L` is what the formula gives"),
        ("L(N) = E < N", "a formula should stand here"),
        ("L(N) = E + A/N^a; b in [0, 1]", "no parameter `b`; it has E, A, a"),
        ("L(N) = E + A/N^a; a in [1, 0]", "the lower first"),
        ("L(N) = E + A/N^a; a from x", "`x` is not a number"),
        ("L(N) = E + A/N^a; a in [0, 1]; a from 2", "outside its bounds"),
        ("L(N) = E + 3 tokens*N", "no unit"),
        ("L(N) = a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+N", "at most 16 parameters"),
        ("L(a,b,c,d,e,f,g,h,i) = z", "1 to 8 inputs"),
        ("L(N-1) = E", "no name of an input"),
    ];
    for (text, part) in cases {
        let error = sought(text).err().unwrap_or_else(|| panic!("{text} was read"));
        assert!(error.contains(part), "{text}: {error}");
    }
    assert!(sought("no-such-law").unwrap().is_none());
    // No text makes the reader panic.
    let alphabet: Vec<char> = "LNDabc01.5()[]=;,+-*/^ \u{e9}eE<ln".chars().collect();
    let mut state = 7u64;
    for _ in 0..3_000 {
        let text: String = (0..24)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                alphabet[(state >> 33) as usize % alphabet.len()]
            })
            .collect();
        let _ = sought(&format!("L(N) = {text}"));
    }
}

#[test]
fn the_card_follows_from_the_text() {
    let card = find("L(N, D) = E + A/N^alpha + B/D^beta; beta in [0.1, 2]").unwrap().card();
    let roles: Vec<(&str, Role, Transform)> = card.params.iter().map(|p| (p.symbol, p.role, p.transform)).collect();
    let (linear, bent) = ((Role::Linear, Transform::Log), (Role::Nonlinear, Transform::Identity));
    let expected = [("E", linear), ("A", linear), ("alpha", bent), ("B", linear), ("beta", bent)];
    assert_eq!(roles, expected.map(|(s, (r, t))| (s, r, t)));
    assert_eq!(card.params[4].bounds, (0.1, 2.0));
    assert_eq!(card.params[1].unit, "nat/token·parameters^alpha");
    let lowest = |text: &str| find(text).unwrap().card().inputs[0].domain.0;
    assert!(lowest("y(x) = a + b*x^c") > 0.0 && lowest("y(x) = a*ln(x)") > 0.0, "a row at zero is refused by name");
    assert!(lowest("y(x) = a + b*x^2") < 0.0 && lowest("y(x) = a + b*x") < 0.0);
    // A unit that is not known is left out: never the output's for the coefficient of a power of a product.
    let units = |text: &str| -> Vec<&str> { find(text).unwrap().card().params.iter().map(|p| p.unit).collect() };
    assert_eq!(units("L(N, D) = E + G/(N*D)^g + A*exp(-D/s)"), ["nat/token", "1", "1", "nat/token", "tokens"]);
    assert_eq!(card.formula, r"L = E + \frac{A}{N^{\alpha}} + \frac{B}{D^{\beta}}");
    assert!(card.allocation.is_some(), "N and D are paid for with 6ND");
    let spaced = find("L(N,  D) = E + A/N^alpha +\n B/D^beta; beta in [0.1, 2]").unwrap().card();
    assert!(std::ptr::eq(card, spaced), "white space does not make another law");
    assert!(written::is_written(card.id));
}
