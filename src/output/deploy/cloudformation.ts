// AWS CloudFormation: a machine of the image that was registered. An AMI itself is no resource of it.
import { stringify } from 'yaml';
import { defineDeployment } from './deployment.ts';

const GiB = 2 ** 30;

export const cloudformation = defineDeployment({
  name: 'cloudformation',
  summary: 'a machine of EC2 by a launch template, for CloudFormation',
  suffix: '-cloudformation.yaml',
  formats: ['aws'],
  render({ os, outputs }) {
    const { files, imageName, disk } = outputs.get('aws')!;
    const [{ file, size, sha256 }] = files;
    return stringify(
      {
        AWSTemplateFormatVersion: '2010-09-09',
        Description: `${os.name} ${os.version}`,
        Metadata: { Catamaran: { Image: imageName, File: file, Size: size, SHA256: sha256 } },
        Parameters: {
          ImageId: { Type: 'AWS::EC2::Image::Id', Description: `The AMI that was registered of ${file}.` },
          InstanceType: { Type: 'String', Default: 't3.small' },
          SubnetId: { Type: 'AWS::EC2::Subnet::Id' },
          UserData: { Type: 'String', Default: '', Description: 'What the machine is told.' },
          VolumeSize: { Type: 'Number', Default: Math.ceil(disk / GiB), MinValue: Math.ceil(disk / GiB) },
        },
        Resources: {
          Template: {
            Type: 'AWS::EC2::LaunchTemplate',
            Properties: {
              LaunchTemplateData: {
                ImageId: { Ref: 'ImageId' },
                InstanceType: { Ref: 'InstanceType' },
                UserData: { 'Fn::Base64': { Ref: 'UserData' } },
                MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
                BlockDeviceMappings: [
                  { DeviceName: '/dev/xvda', Ebs: { VolumeSize: { Ref: 'VolumeSize' }, VolumeType: 'gp3' } },
                ],
              },
            },
          },
          Machine: {
            Type: 'AWS::EC2::Instance',
            Properties: {
              SubnetId: { Ref: 'SubnetId' },
              LaunchTemplate: {
                LaunchTemplateId: { Ref: 'Template' },
                Version: { 'Fn::GetAtt': ['Template', 'LatestVersionNumber'] },
              },
              Tags: [{ Key: 'Name', Value: os.id }],
            },
          },
        },
        Outputs: { InstanceId: { Value: { Ref: 'Machine' } } },
      },
      { lineWidth: 0, aliasDuplicateObjects: false },
    );
  },
});
