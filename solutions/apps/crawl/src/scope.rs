//! Which links belong to the site.
//!
//! The one idea: the site is where the first page *is*. If the address that was given redirects,
//! say from `http://a` to `https://www.a`, the site is where that leads.
//!
//! Not here: what hosts allow (`robots`).

use clap::ValueEnum;
use kit::sync::Mutex;
use url::Url;

/// How far a crawl goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reach {
    /// The host of the address.
    Host,
    /// The folder of the address, and what is below it.
    Folder,
    /// Wherever links lead.
    Web,
}

/// What belongs to the site.
pub(crate) struct Scope {
    reach: Reach,
    site: Mutex<Site>,
}

struct Site {
    /// Where the site is entered: the address that was given, and after redirects the last of them.
    entrance: Url,
    /// The hosts that redirected on the way there, and that of the entrance.
    hosts: Vec<(String, Option<u16>)>,
}

impl Scope {
    pub(crate) fn new(start: &Url, reach: Reach) -> Scope {
        let site = Site {
            entrance: start.clone(),
            hosts: vec![host(start)],
        };
        Scope {
            reach,
            site: Mutex::new(site),
        }
    }

    /// Takes note of a redirect. One from the entrance moves it.
    pub(crate) fn redirected(&self, from: &Url, to: &Url) {
        let mut site = self.site.lock();
        if site.entrance == *from {
            site.entrance = to.clone();
            site.hosts.push(host(to));
        }
    }

    /// Whether a page is of the site.
    pub(crate) fn has(&self, url: &Url) -> bool {
        let site = self.site.lock();
        match self.reach {
            Reach::Web => true,
            Reach::Host => site.hosts.contains(&host(url)),
            Reach::Folder => {
                // The entrance itself may be above: `/folder` that redirects to `/folder/`.
                *url == site.entrance
                    || site.hosts.contains(&host(url))
                        && url.path().starts_with(folder(&site.entrance))
            }
        }
    }
}

/// The host's name, and its port where it is not the usual one: `http` and `https` of one host are
/// one site.
fn host(url: &Url) -> (String, Option<u16>) {
    (url.host_str().unwrap_or_default().to_owned(), url.port())
}

/// The path up to its last slash.
fn folder(url: &Url) -> &str {
    let path = url.path();
    &path[..path.rfind('/').map_or(0, |at| at + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn another_port_is_another_host_and_https_is_not() {
        let scope = Scope::new(&url("http://a/x"), Reach::Host);
        assert!(scope.has(&url("http://a/y?z")));
        assert!(scope.has(&url("https://A/")));
        assert!(!scope.has(&url("http://a:8080/")));
        assert!(!scope.has(&url("http://b.a/")));
    }

    #[test]
    fn a_folder_holds_what_is_below_it() {
        let scope = Scope::new(&url("http://a/x/y.html"), Reach::Folder);
        assert!(scope.has(&url("http://a/x/z/w")));
        assert!(!scope.has(&url("http://a/xx")));
        assert!(!scope.has(&url("http://b/x/y")));
    }

    #[test]
    fn the_site_is_where_the_first_address_leads() {
        let scope = Scope::new(&url("http://a/"), Reach::Host);
        scope.redirected(&url("http://a/"), &url("https://www.a/home"));
        assert!(scope.has(&url("https://www.a/other")));
        scope.redirected(&url("https://www.a/other"), &url("http://evil/"));
        assert!(
            !scope.has(&url("http://evil/")),
            "not a redirect of the first address"
        );
    }
}
