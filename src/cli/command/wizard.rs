//! `natscert wizard`: asks, then does what `natscert issue` does, and says which command line that was.

use clap::Parser as _;
use dialoguer::console::Term;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Confirm, Input, MultiSelect, Select};

use super::super::args::{Cli, Command, WizardArgs};
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::report::Report;
use crate::bundle::BundleName;
use crate::nats::Role;
use crate::pki::Name;
use crate::render;

pub(in super::super) fn run(
    args: &WizardArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    if !environment.interactive {
        return Err(Failure::input(
            "the wizard asks questions, and there is no terminal to answer them",
            "run natscert issue instead, for example: natscert issue server localhost 127.0.0.1 ::1",
        ));
    }
    // A prompt that is interrupted then ends as an error, which shows the cursor again, and not the whole process.
    let _ = ctrlc::set_handler(|| {});
    let theme: Box<dyn Theme> =
        if report.colors() { Box::new(ColorfulTheme::default()) } else { Box::new(SimpleTheme) };
    let words = Wizard { theme, environment, args }.ask().map_err(stopped)?;
    let Cli { command: Command::Issue(issue), .. } = parse(&words)? else {
        return Err(Failure::failed("the wizard made no issue command", "please report this"));
    };
    super::issue::run(&issue, environment, report)?;
    report.repeat("the same", &command_line(&words)?);
    Ok(())
}

fn parse(words: &[String]) -> Result<Cli, Failure> {
    Cli::try_parse_from(words).map_err(|why| Failure::failed(why.to_string(), "please report this"))
}

fn command_line(words: &[String]) -> Result<String, Failure> {
    let quoted = words.iter().map(|word| render::shell(word)).collect::<Result<Vec<_>, _>>()?;
    Ok(quoted.join(" "))
}

/// Ctrl-C, or a terminal that went away.
fn stopped(why: dialoguer::Error) -> Failure {
    let _ = Term::stderr().show_cursor();
    let dialoguer::Error::IO(why) = why;
    let what = if why.kind() == std::io::ErrorKind::Interrupted {
        "stopped; nothing was written".to_owned()
    } else {
        format!("the terminal failed: {why}")
    };
    Failure::failed(what, "run natscert wizard again, or natscert issue --help")
}

type Answer<T> = Result<T, dialoguer::Error>;

struct Wizard<'a> {
    theme: Box<dyn Theme>,
    environment: &'a Environment,
    args: &'a WizardArgs,
}

impl Wizard<'_> {
    /// The words of the command line that the answers amount to.
    fn ask(&self) -> Answer<Vec<String>> {
        let role = self.role()?;
        let names = if role == Role::Client { self.client_names()? } else { self.server_names()? };
        let mut words: Vec<String> = ["natscert", "issue", role.as_str()].map(Into::into).into();
        // A name such as -a@example.com would be read as an option.
        let hyphen = names.iter().any(|name| name.starts_with('-'));
        if !hyphen {
            words.extend(names.iter().cloned());
        }
        words.extend(self.verification(role)?);
        if self.args.out.as_os_str() != "natscert" {
            words.extend(["--out".to_owned(), self.args.out.to_string_lossy().into_owned()]);
        }
        if let Some(dir) = &self.args.ca.ca_dir {
            words.extend(["--ca-dir".to_owned(), dir.to_string_lossy().into_owned()]);
        }
        if self.is_there(role, &names) && self.replace()? {
            words.push("--force".to_owned());
        }
        if hyphen {
            words.push("--".to_owned());
            words.extend(names);
        }
        Ok(words)
    }

    fn role(&self) -> Answer<Role> {
        let items = Role::ALL.map(|role| format!("{:<8} {}", role.as_str(), role.description()));
        let choice = Select::with_theme(&*self.theme)
            .with_prompt("What is to be secured?")
            .items(items)
            .default(0)
            .interact()?;
        Ok(Role::ALL[choice])
    }

    fn client_names(&self) -> Answer<Vec<String>> {
        let text: String = Input::with_theme(&*self.theme)
            .with_prompt("Who is the client? (an email address, a name, a SPIFFE ID)")
            .validate_with(|text: &String| valid(text, false))
            .interact_text()?;
        Ok(split(&text))
    }

    /// This host's own names are offered; the usual ones are ticked.
    fn server_names(&self) -> Answer<Vec<String>> {
        let offers = self.offers();
        let ticked: Vec<bool> = offers.iter().map(|offer| offer.usual).collect();
        let items: Vec<&str> = offers.iter().map(|offer| offer.name.as_str()).collect();
        let chosen = MultiSelect::with_theme(&*self.theme)
            .with_prompt("By which names is this host reached? (space ticks, enter goes on)")
            .items(&items)
            .defaults(&ticked)
            .interact()?;
        let mut names: Vec<String> = chosen.into_iter().map(|i| offers[i].name.clone()).collect();
        let optional = !names.is_empty();
        let more: String = Input::with_theme(&*self.theme)
            .with_prompt("Other names or addresses (blanks between them)")
            .allow_empty(optional)
            .validate_with(move |text: &String| valid(text, optional))
            .interact_text()?;
        names.extend(split(&more));
        Ok(names)
    }

    fn offers(&self) -> Vec<Offer> {
        let usual = ["localhost", "127.0.0.1", "::1"].map(|name| Offer { name: name.into(), usual: true });
        let mut offers = Vec::from(usual);
        let mut offer = |name: String, usual: bool| {
            let known = offers.iter().any(|offer| offer.name == name);
            if !known && name.parse::<Name>().is_ok() {
                offers.push(Offer { name, usual });
            }
        };
        offer(self.environment.host.clone(), true);
        for interface in if_addrs::get_if_addrs().unwrap_or_default() {
            // An address that only counts with its interface cannot stand in a certificate.
            if !interface.is_link_local() && !interface.is_loopback() {
                offer(interface.ip().to_string(), false);
            }
        }
        offers
    }

    fn verification(&self, role: Role) -> Answer<Option<String>> {
        let (prompt, items): (&str, &[(&str, Option<&str>)]) = match role {
            Role::Client => return Ok(None),
            Role::Server => (
                "What must clients show?",
                &[
                    ("nothing: TLS for everybody", None),
                    ("a certificate of this CA (verify)", Some("--verify")),
                    (
                        "a certificate that says which user they are (verify_and_map)",
                        Some("--verify-and-map"),
                    ),
                ],
            ),
            Role::Leaf => (
                "What must leafnodes show?",
                &[
                    ("nothing: TLS for everybody", None),
                    ("a certificate of this CA (verify)", Some("--verify")),
                ],
            ),
            Role::Cluster | Role::Gateway => (
                "Servers always check each other's certificates. What else?",
                &[
                    ("nothing else", None),
                    ("their DNS names are among the configured URLs", Some("--check-known-urls")),
                ],
            ),
        };
        let words: Vec<&str> = items.iter().map(|(words, _)| *words).collect();
        let choice =
            Select::with_theme(&*self.theme).with_prompt(prompt).items(&words).default(0).interact()?;
        Ok(items[choice].1.map(Into::into))
    }

    fn is_there(&self, role: Role, names: &[String]) -> bool {
        let first = names.first().and_then(|name| name.parse::<Name>().ok());
        first.is_some_and(|name| {
            self.args.out.join(role.as_str()).join(BundleName::from_name(&name).as_str()).exists()
        })
    }

    fn replace(&self) -> Answer<bool> {
        Confirm::with_theme(&*self.theme)
            .with_prompt("There is a bundle for this already. Replace it?")
            .default(false)
            .interact()
    }
}

/// A name of this host.
struct Offer {
    name: String,
    usual: bool,
}

fn split(text: &str) -> Vec<String> {
    text.split([' ', ',', '\t']).filter(|part| !part.is_empty()).map(Into::into).collect()
}

/// Says what is wrong with the first name that is no name, and asks again.
fn valid(text: &str, optional: bool) -> Result<(), String> {
    let names = split(text);
    if names.is_empty() && !optional {
        return Err("give at least one name".to_owned());
    }
    match names.iter().find_map(|name| name.parse::<Name>().err()) {
        Some(why) => Err(format!("{why}: {}", why.fix)),
        None => Ok(()),
    }
}
