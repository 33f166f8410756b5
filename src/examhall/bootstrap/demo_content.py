"""What the demo's exam is about, and who sits it. All names are invented."""

from typing import Final

TITLE: Final = "Introductory statistics: demo"

INSTRUCTIONS: Final = """\
This is a **demonstration**. Nothing you do here counts, and everything is thrown away when the demo ends.

- Answer all questions on paper or in your head; there is nothing to hand in.
- Stay in front of the camera, alone, with this page in front.
- If something goes wrong, raise your hand or write to your proctor.
"""

CONTENT: Final = """\
# Introductory statistics

Six questions. Work in any order.

## 1. Averages

Seven students slept **5, 6, 6, 7, 8, 8 and 9** hours before this exam.

1. Find the mean and the median.
2. An eighth student did not sleep at all. Which of the two changes more, and why?

## 2. Spread

| class | mean | standard deviation |
|-------|-----:|-------------------:|
| A     |   71 |                  4 |
| B     |   71 |                 15 |

In which class would a mark of 80 surprise you more? Give a reason in one sentence.

## 3. Probability

A box holds three red and two blue balls. You take two of them without putting the first one back.

- What is the probability that both are red?
- What is the probability that at least one is blue?

## 4. A test for a rare illness

One person in a thousand has an illness. A test finds it in 99 of 100 ill people, and it is wrongly positive
for 2 of 100 healthy ones. *Your test is positive.* How likely is it that you are ill?

> Hint: imagine 100,000 people, and count.

## 5. Correlation

Cities with more storks have more births. Name **two** explanations that need no storks bringing babies.

## 6. Sampling

A newspaper asks its readers to vote on its website, and 84 % of 12,000 answers agree. What can be said about
the opinion of the whole country, and what would you have done instead?
"""

NAMES: Final = (
    "Amara Okafor",
    "Ingrid Solberg",
    "Yuki Tanaka",
    "Leila Haddad",
    "Sofia Marchetti",
    "Sunita Rao",
    "Maya Cohen",
    "Catalina Reyes",
    "Nomvula Dlamini",
    "Hana Novak",
    "Freya Lindqvist",
    "Thuy Nguyen",
)
VISITOR: Final = "You, the visitor"


def name_of(number: int) -> str:
    """The name of simulated candidate `number`, from 0."""
    return NAMES[number] if number < len(NAMES) else f"Candidate {number + 1}"
