//! The official conformance suite of MCP, in both eras of the protocol, and servers that nobody here wrote.

use anyhow::Result;

use super::Report;
use crate::{
    conformance::{REVISIONS, Suite},
    servers::{self, Servers, sign_in},
    test_counts::TestCounts,
};

pub(super) fn run(report: &mut Report) -> Result<()> {
    let suite = Suite::prepare()?;
    for revision in REVISIONS {
        report.check_with_retry(revision, || suite.run(revision));
    }
    let servers = report.set_up("servers of others", Servers::prepare)?;
    for server in servers::ALL {
        report.check_with_retry(&server.name(), || {
            servers.go_through(server)?;
            Ok(TestCounts::one(true))
        });
    }
    for issuer in sign_in::ALL {
        let mut visit = None;
        for (name, check) in issuer.checks() {
            report.check(&format!("{}: {name}", issuer.name()), || {
                let visit = match &mut visit {
                    Some(visit) => visit,
                    none => none.insert(servers.visit(issuer)?),
                };
                check(visit)
            });
        }
    }
    Ok(())
}
