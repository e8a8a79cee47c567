//! L = L_inf + (x_0/x)^alpha (Henighan et al. 2020).

use crate::base::real::{Real, X};
use crate::law::{Card, Derived, Family, Formula, Input, Param, Role, Transform};

/// Irreducible loss plus Kaplan's one-variable form.
pub struct Henighan;

impl Formula<3> for Henighan {
    const CARD: Card = Card {
        id: "henighan",
        family: Family::Power,
        title: "Irreducible loss plus a power with a scale (Henighan's autoregressive domains)",
        formula: r"L = L_\infty + \left(\frac{x_0}{x}\right)^{\alpha}",
        cite: &["henighan2020"],
        inputs: &[Input::new("x", "resource (N, or compute in petaflop-days)", "1")],
        output: Input::new("L", "loss", "nat/token"),
        params: &[
            Param::coefficient("L_inf", r"L_\infty", "irreducible loss", "nat/token", &[0.3, 1.0, 3.0])
                .transform(Transform::Identity),
            Param::coefficient("x_0", "x_0", "scale: where the reducible loss is one nat", "1", &[1e-7, 1e-3, 1e1])
                .scales_with("x")
                .role(Role::Nonlinear),
            Param::exponent("alpha", r"\alpha", "exponent", (0.0, 3.0), &[0.05, 0.15, 0.4]).transform(Transform::Log),
        ],
        derived: &[
            Derived {
                symbol: "L_reducible",
                meaning: "reducible loss at x, an estimate of KL(true || model)",
                formula: r"(x_0/x)^\alpha",
                unit: "nat/token",
                needs: &["x"],
                value: |t, at| (t[1] / at[0]).powf(t[2]),
            },
            Derived {
                symbol: "x_at",
                meaning: "resource at which the loss reaches L",
                formula: r"x_0 (L - L_\infty)^{-1/\alpha}",
                unit: "1",
                needs: &["L"],
                value: |t, at| t[1] * (at[0] - t[0]).powf(-1.0 / t[2]),
            },
            Derived {
                symbol: "x_1",
                meaning: "resource at which the reducible loss of a sequence (an image) of T tokens is one nat",
                formula: r"x_0 T^{1/\alpha}",
                unit: "1",
                needs: &["T"],
                value: |t, at| t[1] * at[0].powf(1.0 / t[2]),
            },
            Derived {
                symbol: "L_inf_sequence",
                meaning: "irreducible loss of a sequence (an image) of T tokens",
                formula: r"T L_\infty",
                unit: "nat",
                needs: &["T"],
                value: |t, at| t[0] * at[0],
            },
        ],
        reduces_to: &[crate::law::Limit {
            law: "scale-power",
            set: &[("L_inf", 0.0)],
            theta: &["x_0", "alpha"],
            inputs: &["x"],
        }],
        notes: "\
## Statement
Loss is an irreducible part, read as the entropy of the data, plus a power law in one resource, read as \
the divergence of the model from the data.

## Origin
Henighan et al. 2020, equation 1.1 and Table 1, for language, images at five resolutions and encodings, \
text to image, image to text, video and mathematics; x is non-embedding parameters or compute in \
petaflop-days. Table 3 restates the image rows in nats per image: a sequence of T tokens loses T times \
as much, so its scale is x_0 T^(1/alpha).

## Assumptions
N alone is scarce for L(N); for L(C) the model size is the best for each budget. The compute law was \
forced to lie below every learning curve.

## Where it fails
The floor and the exponent trade against each other when the data end far above the floor. Models of \
1e4 parameters are off the trend. The per-image row of 8x8 images prints 1.9e3 where Table 1 implies \
1.87e4. No uncertainties are published.

## References
henighan2020, kaplan2020",
        ..Card::DEFAULT
    };

    #[inline(always)]
    fn predict<R: Real>(x: &[X<R>], &[l_inf, x_0, alpha]: &[R; 3]) -> R {
        l_inf + (alpha * (x_0.ln() - x[0].ln())).exp()
    }
}
