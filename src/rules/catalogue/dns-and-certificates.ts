import { own } from '../../own.js';
import type { Expression } from '../../terraform/syntax.js';
import { listeners } from '../lib/load-balancers.js';
import { madeBefore } from '../lib/ordering.js';
import { locationIn } from '../../terraform/location.js';
import { identifiers, isSame, type Location, type Project, type Resource } from '../../terraform/project.js';
import { referencePath } from '../../terraform/evaluate.js';
import { identity, same } from '../../terraform/value.js';
import { defineRules } from '../rule.js';
import { addTo } from '../../terraform/groups.js';
import { oncePer } from '../../terraform/once-per.js';

const zone = `resource "aws_route53_zone" "main" {
  name = "example.com"
}
`;

const alias = (lines: string, health = true) => `resource "aws_lb" "app" {
  name    = "app"
  subnets = ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]
}

resource "aws_route53_record" "app" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "app.example.com"
  type    = "A"
${lines}
  alias {
    name                   = aws_lb.app.dns_name
    zone_id                = aws_lb.app.zone_id
    evaluate_target_health = ${String(health)}
  }
}
`;

const cname = (name: string) => `${zone}
resource "aws_route53_record" "web" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "${name}"
  type    = "CNAME"
  ttl     = 300
  records = ["web.example.net"]
}
`;

const certificate = `resource "aws_acm_certificate" "app" {
  domain_name       = "app.example.com"
  validation_method = "DNS"
}
`;

const validation = `resource "aws_acm_certificate_validation" "app" {
  certificate_arn = aws_acm_certificate.app.arn
}
`;

const listener = (arn: string) => `resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.app.arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
  certificate_arn   = ${arn}

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}
`;

const distribution = (provider: string) => `provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

resource "aws_acm_certificate" "cdn" {
${provider}  domain_name       = "www.example.com"
  validation_method = "DNS"
}

resource "aws_cloudfront_distribution" "cdn" {
  enabled = true
  aliases = ["www.example.com"]

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate.cdn.arn
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }
}
`;

const url = (scheme: string) => `resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.app.arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
  certificate_arn   = var.certificate_arn
}

output "application_url" {
  description = "URL of the application."
  value       = "${scheme}://\${aws_lb.app.dns_name}"
}
#>> .create-secure-infra.json
{}
`;

export default defineRules(
  {
    name: 'alias-evaluates-health',
    severity: 'note',
    title: 'an alias record of a load balancer evaluates the health of its targets',
    why: 'Route 53 goes on answering with a load balancer behind which nothing is healthy, also where another record could answer.',
    remedy: 'Set evaluate_target_health to true.',
    catalogue: ['S001-10'],
    stages: ['hcl', 'plan', 'state'],
    source:
      'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html#rrsets-values-alias-common-evaluate-target-health',
    example: { broken: alias('', false), sound: alias('') },
    check(project, { finding }) {
      for (const record of project.all('aws_route53_record')) {
        for (const alias of record.blocks('alias')) {
          const balanced = alias.refs('name', 'aws_lb', 'aws_alb', 'aws_elb').length > 0;
          if (balanced && alias.truth('evaluate_target_health') === false)
            finding(record, 'does not evaluate the health of its load balancer', 'alias');
        }
      }
    },
  },
  {
    name: 'alias-without-ttl',
    severity: 'error',
    title: 'a record has either an alias or ttl and records',
    why: 'Terraform refuses both together: "Conflicting configuration arguments". Route 53 takes the time to live of an alias from its target.',
    remedy: 'Leave ttl and records away, or the alias.',
    catalogue: ['S001-10'],
    stages: ['hcl'],
    source: 'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/route53_record.html.markdown',
    example: { broken: alias('  ttl     = 300\n'), sound: alias('') },
    check(project, { finding }) {
      for (const record of project.all('aws_route53_record')) {
        if (record.blocks('alias').length === 0 || record.blocks('alias').some(({ uncertain }) => uncertain)) continue;
        const extra = ['ttl', 'records'].find((name) => {
          const value = record.get(name);
          // Unknown may be null.
          return value !== undefined && identity(value) !== undefined && !identity(value)?.startsWith('${');
        });
        if (extra) finding(record, `has an alias and ${extra}`, extra);
      }
    },
  },
  {
    name: 'no-cname-at-apex',
    severity: 'error',
    title: 'the name of a zone itself has no CNAME record',
    why: 'Route 53 answers "InvalidChangeBatch: RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com." Other records of the name, such as NS and SOA, could not be there beside it.',
    remedy: 'Use an A record with an alias block.',
    catalogue: ['S001-10'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat',
    example: { broken: cname('example.com'), sound: cname('www.example.com') },
    check(project, { finding }) {
      const zonesOf = zoneFinder(project);
      for (const record of project.all('aws_route53_record')) {
        if (record.text('type') !== 'CNAME') continue;
        const names = zonesOf(record).map((zone) => domain(identity(zone.get('name'))));
        const name = domain(identity(record.get('name')));
        if (name !== undefined && (name === '' || names.includes(name)))
          finding(record, `is a CNAME record of the zone's own name`, 'name');
      }
    },
  },
  {
    name: 'certificate-validated',
    severity: 'error',
    title: 'a certificate is validated before something uses it',
    why: 'Until somebody has proved that the domain is theirs, the certificate is pending, and the listener is refused: "UnsupportedCertificate: The certificate … must have a fully-qualified domain name, a supported signature, and a supported key size".',
    remedy:
      'Add the record for validation and an aws_acm_certificate_validation, and take certificate_arn from the latter.',
    catalogue: ['S001-09', 'S001-10'],
    stages: ['hcl'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/acm_certificate_validation.html.markdown',
    example: {
      broken: `${certificate}
${listener('aws_acm_certificate.app.arn')}`,
      sound: `${certificate}
${validation}
${listener('aws_acm_certificate_validation.app.certificate_arn')}`,
    },
    check(project, { finding }) {
      for (const { user, certificate } of certificateUses(project)) {
        if (validationsOf(project, certificate).length > 0 || project.isGivenToUnread(certificate)) continue;
        finding(user, `uses ${certificate.configAddress}, which nothing validates`, certificateArgument(user));
      }
    },
  },
  {
    name: 'certificate-awaited',
    severity: 'warning',
    title: 'what uses a certificate waits until it is validated',
    why: 'Made at the same time as the validation, the listener may get a certificate that is still pending: "UnsupportedCertificate".',
    remedy: 'Take the ARN from certificate_arn of aws_acm_certificate_validation.',
    catalogue: ['S001-23', 'S001-09'],
    stages: ['hcl'],
    source:
      'https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/acm_certificate_validation.html.markdown',
    example: {
      broken: `${certificate}
${validation}
${listener('aws_acm_certificate.app.arn')}`,
      sound: `${certificate}
${validation}
${listener('aws_acm_certificate_validation.app.certificate_arn')}`,
    },
    check(project, { finding }) {
      for (const { user, certificate } of certificateUses(project)) {
        const validations = validationsOf(project, certificate);
        const before = madeBefore(project, user);
        if (validations.length > 0 && !validations.some(({ configAddress }) => before.has(configAddress)))
          finding(user, `does not wait for ${validations[0]?.configAddress}`, certificateArgument(user));
      }
    },
  },
  {
    name: 'cloudfront-certificate-region',
    severity: 'error',
    title: "a distribution's certificate is in us-east-1",
    why: "CloudFront answers \"InvalidViewerCertificate: The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain\".",
    remedy: 'Make the certificate with a provider whose region is us-east-1.',
    catalogue: ['S001-09', 'S003-03'],
    stages: ['hcl', 'plan', 'state'],
    source: 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html',
    example: { broken: distribution(''), sound: distribution('  provider = aws.us_east_1\n\n') },
    check(project, { finding }) {
      for (const distribution of project.all('aws_cloudfront_distribution')) {
        const certificates = certificatesOf(distribution, 'viewer_certificate.acm_certificate_arn');
        // Of several it is not known which one is taken.
        if (!certificates.every(isOfOtherRegion)) continue;
        for (const { configAddress, surroundings } of certificates)
          finding(distribution, `uses ${configAddress} of ${String(surroundings.region)}`, 'viewer_certificate');
      }
    },
  },
  {
    name: 'application-url',
    severity: 'note',
    scope: 'generated',
    title: 'the output application_url is https exactly if a listener for HTTPS is there',
    why: 'Whoever follows the output gets a redirect, or an error, instead of the application.',
    remedy: 'Write https:// in local.application_url if the load balancer has a listener for HTTPS, else http://.',
    catalogue: ['S001-11', 'S000-29'],
    stages: ['hcl'],
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html',
    example: { broken: url('http'), sound: url('https') },
    check(project, { finding }) {
      if (listeners(project).length === 0) return;
      const secure = listeners(project).some((listener) => listener.text('protocol') === 'HTTPS');
      const output = outputValue(project, 'application_url');
      const [place] = project.files();
      if (!output) {
        if (place) finding({ path: place.path, line: 1 }, 'there is no output application_url');
        return;
      }
      const scheme = schemeOf(project, output.expression);
      if (scheme !== undefined && scheme !== (secure ? 'https' : 'http'))
        finding(
          output.at,
          `application_url is ${scheme}; the load balancer has ${secure ? 'a' : 'no'} listener for HTTPS`,
        );
    },
  },
);

/** A domain name as it is compared: without the dot at its end; undefined where it is not known. */
function domain(name: string | undefined): string | undefined {
  return name?.replace(/\.$/, '').toLowerCase();
}

/** What may use a certificate, and in which argument. */
const certificateArguments: Readonly<Record<string, string>> = {
  aws_lb_listener: 'certificate_arn',
  aws_alb_listener: 'certificate_arn',
  aws_lb_listener_certificate: 'certificate_arn',
  aws_alb_listener_certificate: 'certificate_arn',
  aws_cloudfront_distribution: 'viewer_certificate.acm_certificate_arn',
  aws_apigatewayv2_domain_name: 'domain_name_configuration.certificate_arn',
  aws_api_gateway_domain_name: 'regional_certificate_arn',
};

function certificateArgument({ type }: Resource): string {
  return (own(certificateArguments, type) ?? '').split('.')[0] ?? '';
}

/** Whether a certificate is surely where CloudFront does not look. China has a CloudFront of its own. */
function isOfOtherRegion({ surroundings: { region } }: Resource): boolean {
  return typeof region === 'string' && region !== 'us-east-1' && !region.startsWith('cn-');
}

/** The certificates that an argument names, directly or by their validation. */
function certificatesOf(block: Resource, argument: string): Resource[] {
  const value = block.get(argument);
  const certificates = [
    ...block.refs(argument, 'aws_acm_certificate'),
    ...block
      .refs(argument, 'aws_acm_certificate_validation')
      .flatMap((validation) => validation.refs('certificate_arn', 'aws_acm_certificate')),
  ];
  // An object that holds several is referred to as a whole; the value says which one is meant.
  return identity(value) === undefined
    ? certificates
    : certificates.filter((certificate) => same(value, certificate.computed('arn')) === true);
}

interface CertificateUse {
  user: Resource;
  certificate: Resource;
}

/** Uses of certificates that AWS issues once somebody has proved that the domain is theirs. */
function certificateUses(project: Project): CertificateUse[] {
  return Object.entries(certificateArguments).flatMap(([type, argument]) =>
    project.all(type).flatMap((user) =>
      user
        .refs(argument, 'aws_acm_certificate')
        // One that is only looked up is issued, unless its data source asks for others.
        .filter(
          (certificate) =>
            certificate.mode === 'managed' && same(user.get(argument), certificate.computed('arn')) === true,
        )
        .filter((certificate) => !certificate.has('private_key') && !certificate.has('certificate_authority_arn'))
        .map((certificate) => ({ user, certificate })),
    ),
  );
}

function validationsOf(project: Project, certificate: Resource): Resource[] {
  return project.linked('aws_acm_certificate_validation', 'certificate_arn', certificate);
}

/** Finds the zones, made or looked up, that a record may be in. */
function zoneFinder(project: Project): (record: Resource) => Resource[] {
  const zones = [...project.all('aws_route53_zone'), ...project.data('aws_route53_zone')];
  const byName = new Map<string, Resource[]>();
  const byAddress = new Map<string, Resource[]>();
  for (const zone of zones) {
    const names = [identity(zone.computed('zone_id')), ...identifiers(zone)].filter((name) => name !== undefined);
    for (const name of new Set(names)) addTo(byName, name, zone);
    addTo(byAddress, zone.configAddress, zone);
  }
  return (record) => [
    ...(byName.get(identity(record.get('zone_id')) ?? '') ?? []),
    ...record
      .refs('zone_id', 'aws_route53_zone')
      .flatMap((referred) => (byAddress.get(referred.configAddress) ?? []).filter((zone) => isSame(zone, referred))),
  ];
}

interface Written {
  expression: Expression;
  at: Location;
}

/** The expression of an output of the root module, or of the local value that it stands for. */
function outputValue(project: Project, name: string): Written | undefined {
  return attributeOf(project, ['output', name], 'value');
}

function attributeOf(project: Project, [type, label]: readonly [string, string?], name: string): Written | undefined {
  return rootAttributes(project).get(attributeKey(type, label, name));
}

const attributeKey = (...names: (string | undefined)[]) => names.join(' ');

/** The first attribute of each name in the outputs and locals of the root module. */
const rootAttributes = oncePer((project) => {
  const found = new Map<string, Written>();
  for (const { syntax, file } of project.folders[0]?.blocks ?? []) {
    if (syntax.type !== 'output' && syntax.type !== 'locals') continue;
    for (const attribute of syntax.body.attributes) {
      const key = attributeKey(syntax.type, syntax.labels[0], attribute.name);
      if (!found.has(key)) found.set(key, { expression: attribute.expression, at: locationIn(file, attribute) });
    }
  }
  return found;
});

/** `http` or `https`, where an expression surely starts with one of them. */
function schemeOf(project: Project, expression: Expression, seen: readonly string[] = []): string | undefined {
  const [first, second] = referencePath(expression) ?? [];
  if (first === 'local' && second !== undefined) {
    // A local that needs itself has no value; a rule of its own tells so.
    const local = seen.includes(second) ? undefined : attributeOf(project, ['locals'], second);
    return local && schemeOf(project, local.expression, [...seen, second]);
  }
  const start = expression.kind === 'template' ? expression.parts[0] : expression;
  return start?.kind === 'literal' ? /^(https?):\/\//.exec(String(start.value))?.[1] : undefined;
}
